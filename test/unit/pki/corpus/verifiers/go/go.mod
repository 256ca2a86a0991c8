module certificate-verifier

go 1.24
