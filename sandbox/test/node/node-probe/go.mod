module azure-secure-inference/test/node-probe

go 1.21
