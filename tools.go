//go:build tools

// The generator that `make gen` runs; named here so that go.mod pins it.
package tools

import _ "github.com/99designs/gqlgen"
