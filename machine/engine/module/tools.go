//go:build tools

// Package engine imports the programs that are built from this module, so that `go mod tidy` retains their dependencies.
package engine

import (
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)
