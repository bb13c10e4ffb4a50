package newsroom

import (
	"reflect"
	"slices"
	"strconv"

	"sen/internal/content"
	"sen/internal/messages"
)

// once takes out of a list of people or recipients who stands there a second time in the same words, and refuses who
// stands there twice in other words: which are right is the editor's to say.
func (r *reader) once(v reflect.Value, path []string) {
	switch list := v.Addr().Interface().(type) {
	case *[]*content.Participant:
		*list = eachOnce(r, *list, path, func(p *content.Participant) any {
			return [2]any{p.AuthorID, p.Role}
		}, func(p *content.Participant) content.ID { return p.AuthorID })
	case *[]*content.AwardRecipient:
		*list = eachOnce(r, *list, path, func(a *content.AwardRecipient) any {
			return [2]any{a.OrganizationID, a.AuthorID}
		}, func(a *content.AwardRecipient) content.ID {
			return content.ID(or(string(a.OrganizationID), string(a.AuthorID)))
		})
	}
}

// eachOnce is a list without those members that are the same as one before. Of two that are by their key the same one,
// and not by the rest, the second is refused. The id of a member is the entry that it names; without one it is its own.
func eachOnce[E any](r *reader, list []*E, path []string, key func(*E) any, id func(*E) content.ID) []*E {
	kept := make([]*E, 0, len(list))
	for i, member := range list {
		at := append(slices.Clone(path), strconv.Itoa(i))
		same := func(other *E) bool { return reflect.DeepEqual(other, member) }
		alike := func(other *E) bool { return id(member) != "" && key(other) == key(member) }
		switch {
		case slices.ContainsFunc(kept, same) && id(member) != "":
			r.report.Notice(content.NoticeLost, at, messages.Twice, id(member))
			continue
		case slices.ContainsFunc(kept, alike):
			r.report.Refuse(content.ProblemInvalid, at, messages.NamedTwice, id(member))
		}
		kept = append(kept, member)
	}
	return kept
}
