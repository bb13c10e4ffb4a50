package newsroom

import (
	"context"
	"unicode/utf8"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/people"
)

// maxKey is the longest idempotency key, in characters.
const maxKey = 200

// Do makes a change. It fails with UNAUTHENTICATED or FORBIDDEN when the actor may not make the change. When the change
// itself is wrong, Do writes nothing and the outcome lists every problem, in the first language of the chain.
func (n *Newsroom) Do(ctx context.Context, chain []content.Locale, c Change) (*Outcome, error) {
	actor := auth.ActorOf(ctx)
	report := messages.New(chain)
	if c.Action != content.ActionCreate {
		kind, ok := c.ID.Kind()
		if !ok || c.Kind != "" && kind != c.Kind {
			if err := people.Permit(actor, c.Action, c.Kind); err != nil {
				return nil, err
			}
			report.Refuse(content.ProblemNotFound, []string{"id"}, messages.NotFound, c.ID)
			return &Outcome{Problems: report.Problems}, nil
		}
		c.Kind = kind
	}
	if err := people.Permit(actor, c.Action, c.Kind); err != nil {
		return nil, err
	}
	of := n.kinds[c.Kind]
	if of == nil {
		return nil, content.Errorf(content.CodeBadUserInput, "Give exactly one kind of content.")
	}
	if n := utf8.RuneCountInString(c.Key); n > maxKey {
		report.Refuse(content.ProblemTooLong, []string{"idempotencyKey"}, messages.TooLong, n, maxKey)
		return &Outcome{Problems: report.Problems}, nil
	}
	w := &work{room: n, of: of, change: c, actor: actor, chain: chain, report: report}
	if err := w.chooseRevision(); err != nil {
		return nil, err
	}
	if c.Key != "" {
		if done, ok, err := w.replay(ctx); ok || err != nil {
			return done, err
		}
	}
	outcome, err := w.do(ctx)
	if err != nil {
		return nil, err
	}
	outcome.Problems, outcome.Notices = report.Problems, report.Notices
	return outcome, nil
}
