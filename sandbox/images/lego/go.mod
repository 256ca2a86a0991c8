module azure-secure-inference/sandbox/lego

go 1.26.0

tool github.com/go-acme/lego/v5

require github.com/go-acme/lego/v5 v5.5.2 // indirect
