// Says of each certificate chain whether a Go client would accept it, or with the argument "names" of each list of
// names whether it covers a host name: questions as JSON on standard input, for each an empty string or the reason of
// the refusal on standard output.
package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"time"
)

type question struct {
	Chain, Key, Roots, Hostname string
	At                          int64
	// Names of a certificate that need not exist.
	DNSNames []string
}

// maxRSABits is crypto/tls's own limit, which it does not export.
const maxRSABits = 8192

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ask := judge
	if len(os.Args) > 1 && os.Args[1] == "names" {
		ask = judgeNames
	}
	verdicts := make([]string, len(questions))
	for i, one := range questions {
		if err := ask(one); err != nil {
			verdicts[i] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		os.Exit(1)
	}
}

// judge does what crypto/tls does with what a server sends (verifyServerCertificate), at a time of its own.
func judge(asked question) error {
	chain, err := parse(asked.Chain)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	// A root that cannot be read is one that is not there, as in the pool of the system.
	roots.AppendCertsFromPEM([]byte(asked.Roots))
	options := x509.VerifyOptions{
		Roots:         roots,
		Intermediates: x509.NewCertPool(),
		DNSName:       asked.Hostname,
		CurrentTime:   time.Unix(asked.At, 0),
	}
	for _, one := range chain[1:] {
		options.Intermediates.AddCert(one)
	}
	if _, err := chain[0].Verify(options); err != nil {
		return err
	}
	switch key := chain[0].PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() > maxRSABits {
			return fmt.Errorf("an RSA key of %d bits", key.N.BitLen())
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return fmt.Errorf("unsupported type of public key: %T", key)
	}
	_, err = tls.X509KeyPair([]byte(asked.Chain), []byte(asked.Key))
	if err != nil && strings.Contains(err.Error(), "does not match") {
		return err
	}
	return nil
}

func judgeNames(asked question) error {
	certificate := x509.Certificate{DNSNames: asked.DNSNames}
	return certificate.VerifyHostname(asked.Hostname)
}

func parse(text string) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return chain, nil
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, one)
	}
}
