// Checks whether a Go client accepts certificate chains, or with the argument "names" whether lists of names cover host names.
// Reads a JSON array from standard input and writes a JSON array of verdicts: an empty string or the reason of the refusal.
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

type scenario struct {
	Chain, Key, Roots, Hostname string
	At                          int64
	// Used with the argument "names", without a certificate.
	DNSNames []string
}

// maxRSABits is the limit of crypto/tls, which does not export it.
const maxRSABits = 8192

func main() {
	var scenarios []scenario
	if err := json.NewDecoder(os.Stdin).Decode(&scenarios); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	check := verify
	if len(os.Args) > 1 && os.Args[1] == "names" {
		check = verifyName
	}
	verdicts := make([]string, len(scenarios))
	for i, one := range scenarios {
		if err := check(one); err != nil {
			verdicts[i] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		os.Exit(1)
	}
}

// verify repeats the checks of verifyServerCertificate in crypto/tls, with a fixed time.
func verify(given scenario) error {
	chain, err := parse(given.Chain)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	// Unreadable roots are ignored, as in the system's certificate pool.
	roots.AppendCertsFromPEM([]byte(given.Roots))
	options := x509.VerifyOptions{
		Roots:         roots,
		Intermediates: x509.NewCertPool(),
		DNSName:       given.Hostname,
		CurrentTime:   time.Unix(given.At, 0),
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
	_, err = tls.X509KeyPair([]byte(given.Chain), []byte(given.Key))
	if err != nil && strings.Contains(err.Error(), "does not match") {
		return err
	}
	return nil
}

func verifyName(given scenario) error {
	certificate := x509.Certificate{DNSNames: given.DNSNames}
	return certificate.VerifyHostname(given.Hostname)
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
