package messages

import (
	"fmt"
	"slices"
	"strings"

	"sen/internal/content"
)

// named is a step or a state of the workflow in the editor's language, and any other value as it is.
func (r *Report) named(value any) any {
	var word string
	switch v := value.(type) {
	case content.Action:
		word = string(v)
	case content.State:
		word = string(v)
	default:
		return value
	}
	if r.vietnamese {
		return "“" + vietnameseWords[word] + "”"
	}
	return strings.ToLower(strings.ReplaceAll(word, "_", " "))
}

// Report gathers everything that is wrong with a request, in the editor's language.
type Report struct {
	// Problems keep the request from being done; Notices tell what was done otherwise than it was asked for.
	Problems, Notices []content.Problem

	vietnamese bool
}

// New makes a report in the first language of a chain that the catalog has; in English if it has none of them.
func New(chain []content.Locale) *Report {
	return &Report{vietnamese: content.Vietnamese(chain)}
}

// Text is what a message says.
func (r *Report) Text(m Message, args ...any) string {
	forms := catalog[m]
	args = slices.Clone(args)
	for i, arg := range args {
		args[i] = r.named(arg)
	}
	if r.vietnamese {
		return fmt.Sprintf(forms[1], args...)
	}
	return fmt.Sprintf(forms[0], args...)
}

// Refuse notes a problem at a path.
func (r *Report) Refuse(code content.ProblemCode, path []string, m Message, args ...any) {
	r.Problems = told(r.Problems, content.Problem{Code: code, Message: r.Text(m, args...), Path: path})
}

// Notice notes what was written otherwise than it was sent.
func (r *Report) Notice(code content.ProblemCode, path []string, m Message, args ...any) {
	r.Notices = told(r.Notices, content.Problem{Code: code, Message: r.Text(m, args...), Path: path})
}

// NoticeOf is a notice about other entries.
func (r *Report) NoticeOf(entries []content.ID, code content.ProblemCode, path []string, m Message, args ...any) {
	r.Notices = told(r.Notices, content.Problem{Code: code, Message: r.Text(m, args...), Path: path, Entries: entries})
}

// Add notes a problem that is worded already.
func (r *Report) Add(p content.Problem) { r.Problems = told(r.Problems, p) }

// AddNotice notes a notice that is worded already.
func (r *Report) AddNotice(p content.Problem) { r.Notices = told(r.Notices, p) }

// told adds a problem to a list, unless one at the same path has the same words.
func told(before []content.Problem, p content.Problem) []content.Problem {
	if slices.ContainsFunc(before, func(t content.Problem) bool { return t.Message == p.Message && slices.Equal(t.Path, p.Path) }) {
		return before
	}
	return append(before, p)
}
