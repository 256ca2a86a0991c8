module certificate-judge

go 1.24
