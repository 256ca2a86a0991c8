module azure-secure-inference/test/model

go 1.24
