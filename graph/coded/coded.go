// Package coded makes GraphQL errors with a code, by which clients recognize them.
package coded

import (
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/internal/content"
)

// Errorf returns an error with a code and an English message.
func Errorf(code content.Code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": string(code)}
	return err
}
