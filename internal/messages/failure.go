package messages

import (
	"context"
	"errors"
	"slices"

	"sen/internal/content"
)

// failure is an error with a message of the catalog. It ends a request, or one of several changes.
type failure struct {
	known   *content.Error
	message Message
	args    []any
}

// Failed makes an error of a message. Readers see it in their language.
func Failed(code content.Code, m Message, args ...any) error {
	vietnamese := &Report{vietnamese: true}
	known := &content.Error{Code: code, Message: new(Report).Text(m, args...), Vietnamese: vietnamese.Text(m, args...)}
	return &failure{known, m, args}
}

// Error implements error.
func (f *failure) Error() string { return f.known.Error() }

// Unwrap gives what a reader may see.
func (f *failure) Unwrap() error { return f.known }

// Problem words an error that ended one of several changes as a problem of that change, so that the others can go on.
// It answers false for an error that concerns all of them.
func Problem(chain []content.Locale, err error) (content.Problem, bool) {
	code := content.ProblemCode(content.CodeOf(err))
	if errors.Is(err, context.DeadlineExceeded) {
		code = content.ProblemUnavailable
	}
	m, args := Unavailable, []any(nil)
	switch ours := new(failure); {
	case errors.As(err, &ours) && slices.Contains(ofOne, code):
		m, args = ours.message, ours.args
	case code != content.ProblemUnavailable:
		return content.Problem{}, false
	}
	return content.Problem{Code: code, Message: New(chain).Text(m, args...), Path: []string{}}, true
}

// ofOne are the codes of errors that concern one of several changes.
var ofOne = []content.ProblemCode{content.ProblemForbidden, content.ProblemUnavailable, content.ProblemConflict}
