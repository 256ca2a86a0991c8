module azure-secure-inference/sandbox/pause

go 1.21
