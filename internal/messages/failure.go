package messages

import (
	"context"
	"errors"
	"slices"

	"sen/internal/content"
)

// failure is an error with a message of the catalog. It ends a request, or one change of a batch.
type failure struct {
	known   *content.Error
	message Message
	args    []any
}

// Failed returns an error with a message. Clients get it in their language.
func Failed(code content.Code, m Message, args ...any) error {
	vietnamese := &Report{vietnamese: true}
	known := &content.Error{Code: code, Message: new(Report).Text(m, args...), Vietnamese: vietnamese.Text(m, args...)}
	return &failure{known, m, args}
}

// Error implements error.
func (f *failure) Error() string { return f.known.Error() }

// Unwrap returns the error that clients may see.
func (f *failure) Unwrap() error { return f.known }

// Problem converts an error that ended one change of a batch to a problem of that change, so that the other changes
// continue. It returns false for an error that concerns the whole batch.
func Problem(chain []content.Locale, err error) (content.Problem, bool) {
	code := content.ProblemCode(content.CodeOf(err))
	if errors.Is(err, context.DeadlineExceeded) {
		code = content.ProblemUnavailable
	}
	m, args := Unavailable, []any(nil)
	switch ours := new(failure); {
	case errors.As(err, &ours) && slices.Contains(oneChange, code):
		m, args = ours.message, ours.args
	case code != content.ProblemUnavailable:
		return content.Problem{}, false
	}
	return content.Problem{Code: code, Message: New(chain).Text(m, args...), Path: []string{}}, true
}

// oneChange lists the codes of errors that concern one change of a batch only.
var oneChange = []content.ProblemCode{content.ProblemForbidden, content.ProblemUnavailable, content.ProblemConflict}
