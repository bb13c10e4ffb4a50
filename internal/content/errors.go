package content

import (
	"errors"
	"fmt"
)

// Code sorts errors for those who have to act on them. Its values are those of
// `extensions.code` in an answer.
type Code string

// The codes of errors.
const (
	CodeBadUserInput           Code = "BAD_USER_INPUT"
	CodeUnauthenticated        Code = "UNAUTHENTICATED"
	CodeForbidden              Code = "FORBIDDEN"
	CodeNotFound               Code = "NOT_FOUND"
	CodeConflict               Code = "CONFLICT"
	CodeTooComplex             Code = "TOO_COMPLEX"
	CodeTooLarge               Code = "TOO_LARGE"
	CodeRateLimited            Code = "RATE_LIMITED"
	CodePersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	CodeCSRF                   Code = "CSRF"
	CodeUnavailable            Code = "UNAVAILABLE"
	CodeInternal               Code = "INTERNAL"
)

// Error is an error that its reader may see: Message says what is wrong and what
// to do, and holds nothing of the inside. Any other error is internal.
type Error struct {
	Code    Code
	Message string
	// Vietnamese is the same in Vietnamese; empty for what only developers read.
	Vietnamese string
	// Cause is for the log only.
	Cause error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// In is the message in the language in which a chain wants to be answered, as far as it exists there.
func (e *Error) In(chain []Locale) string {
	if e.Vietnamese != "" && Vietnamese(chain) {
		return e.Vietnamese
	}
	return e.Message
}

// Errorf makes an error that its reader may see, in Vietnamese too where the format is translated.
func Errorf(code Code, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if translated, ok := translations[format]; ok {
		e.Vietnamese = fmt.Sprintf(translated, args...)
	}
	return e
}

// CodeOf is the code of an error, and INTERNAL for one that has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
