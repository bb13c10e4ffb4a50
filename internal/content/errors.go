package content

import (
	"errors"
	"fmt"
)

// Code is the code of an error, for programs. It is `extensions.code` in an answer.
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

// Error is an error that clients may see. Message says what is wrong and what to do, without internal details. Any
// other error is internal.
type Error struct {
	Code    Code
	Message string
	// Vietnamese is the message in Vietnamese; empty for errors that only developers read.
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

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// In returns the message in Vietnamese if the first language of the chain is Vietnamese and there is a translation;
// otherwise in English.
func (e *Error) In(chain []Locale) string {
	if e.Vietnamese != "" && Vietnamese(chain) {
		return e.Vietnamese
	}
	return e.Message
}

// Errorf makes an error that clients may see. It also has the message in Vietnamese if the format is in translations.
func Errorf(code Code, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if translated, ok := translations[format]; ok {
		e.Vietnamese = fmt.Sprintf(translated, args...)
	}
	return e
}

// CodeOf returns the code of an error; INTERNAL if it has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
