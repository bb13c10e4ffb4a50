package messages

import (
	"fmt"
	"slices"
	"strings"

	"sen/internal/content"
)

// localizedWord returns an action or a state of the workflow in the editor's language, and any other value unchanged.
func (r *Report) localizedWord(value any) any {
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

// Report collects everything that is wrong with a request, in the editor's language.
type Report struct {
	// Problems prevent the request from being done. Notices say what was done differently from what was requested.
	Problems, Notices []content.Problem

	vietnamese bool
}

// New returns a report in the first language of a chain that the catalog has, or else in English.
func New(chain []content.Locale) *Report {
	return &Report{vietnamese: content.Vietnamese(chain)}
}

// Text returns the text of a message.
func (r *Report) Text(m Message, args ...any) string {
	forms := catalog[m]
	args = slices.Clone(args)
	for i, arg := range args {
		args[i] = r.localizedWord(arg)
	}
	if r.vietnamese {
		return fmt.Sprintf(forms[1], args...)
	}
	return fmt.Sprintf(forms[0], args...)
}

// Refuse adds a problem at a path.
func (r *Report) Refuse(code content.ProblemCode, path []string, m Message, args ...any) {
	r.Problems = addOnce(r.Problems, content.Problem{Code: code, Message: r.Text(m, args...), Path: path})
}

// Notice adds a notice about a value that was written differently from what was sent.
func (r *Report) Notice(code content.ProblemCode, path []string, m Message, args ...any) {
	r.Notices = addOnce(r.Notices, content.Problem{Code: code, Message: r.Text(m, args...), Path: path})
}

// NoticeOf adds a notice about other entries.
func (r *Report) NoticeOf(entries []content.ID, code content.ProblemCode, path []string, m Message, args ...any) {
	r.Notices = addOnce(r.Notices, content.Problem{Code: code, Message: r.Text(m, args...), Path: path, Entries: entries})
}

// Add adds a problem that already has its text.
func (r *Report) Add(p content.Problem) { r.Problems = addOnce(r.Problems, p) }

// AddNotice adds a notice that already has its text.
func (r *Report) AddNotice(p content.Problem) { r.Notices = addOnce(r.Notices, p) }

// addOnce adds a problem to a list, unless the list has the same text at the same path.
func addOnce(before []content.Problem, p content.Problem) []content.Problem {
	if slices.ContainsFunc(before,
		func(t content.Problem) bool { return t.Message == p.Message && slices.Equal(t.Path, p.Path) }) {
		return before
	}
	return append(before, p)
}
