package newsroom

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"

	"sen/internal/content"
	"sen/internal/messages"
)

// dedupe removes duplicates from a list of participants or of award recipients. It removes a member that is equal to an
// earlier one. It refuses a member that has the same key as an earlier one but differs otherwise: only the editor knows
// which of the two is right. The key of a participant is the author and the role; the key of a recipient is the
// organization and the author.
func (r *reader) dedupe(v reflect.Value, path []string) {
	switch list := v.Addr().Interface().(type) {
	case *[]*content.Participant:
		*list = dedupeMembers(r, *list, path, func(p *content.Participant) any {
			return [2]any{p.AuthorID, p.Role}
		}, func(p *content.Participant) content.ID { return p.AuthorID })
	case *[]*content.AwardRecipient:
		*list = dedupeMembers(r, *list, path, func(a *content.AwardRecipient) any {
			return [2]any{a.OrganizationID, a.AuthorID}
		}, func(a *content.AwardRecipient) content.ID {
			return cmp.Or(a.OrganizationID, a.AuthorID)
		})
	}
}

// dedupeMembers returns a list without the members that are equal to an earlier member. When two members have the same
// key but are not equal, it refuses the second one. The function id returns the entry that a member names. A member
// without an id is never a duplicate.
func dedupeMembers[E any](r *reader, list []*E, path []string, key func(*E) any, id func(*E) content.ID) []*E {
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
