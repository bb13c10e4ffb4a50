// Package coded makes the errors of an answer, each with the code by which clients tell it.
package coded

import (
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/internal/content"
)

// Errorf makes an error with a code and a message in English.
func Errorf(code content.Code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": string(code)}
	return err
}
