package newsroom

import (
	"context"
	"errors"

	"sen/internal/content"
)

// failure is an error of the catalog, which ends a request, or one change of many.
type failure struct {
	known   *content.Error
	message message
	args    []any
}

func failed(code content.Code, m message, args ...any) error {
	vietnamese := &report{vietnamese: true}
	known := &content.Error{Code: code, Message: new(report).text(m, args...), Vietnamese: vietnamese.text(m, args...)}
	return &failure{known, m, args}
}

// Error implements error.
func (f *failure) Error() string { return f.known.Error() }

// Unwrap gives what a reader may see.
func (f *failure) Unwrap() error { return f.known }

// ErrNotReached ends a change of many whose time was over before it was begun.
var ErrNotReached = failed(content.CodeUnavailable, msgNotReached)

// Refused turns an error that ended one change of many into its outcome, in the language of the chain: the others
// may go on. What holds for all of them stays an error.
func Refused(chain []content.Locale, err error) (*Outcome, error) {
	r := newReport(chain)
	code := content.ProblemCode(content.CodeOf(err))
	if errors.Is(err, context.DeadlineExceeded) {
		code = content.ProblemUnavailable
	}
	var ours *failure
	switch {
	case errors.As(err, &ours) && (code == content.ProblemForbidden || code == content.ProblemUnavailable || code == content.ProblemConflict):
		r.refuse(code, []string{}, ours.message, ours.args...)
	case code == content.ProblemUnavailable:
		r.refuse(code, []string{}, msgUnavailable)
	default:
		return nil, err
	}
	return &Outcome{Problems: r.problems}, nil
}
