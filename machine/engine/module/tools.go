//go:build tools

// Package engine names the programs that this module builds, so that `go mod tidy` keeps what they need.
package engine

import (
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)
