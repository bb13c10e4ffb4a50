package newsroom

import (
	"fmt"
	"slices"
	"strings"

	"sen/internal/content"
)

// WorkflowTable returns the workflow as the table in the schema's documentation.
func WorkflowTable() string {
	var b strings.Builder
	b.WriteString("| step | from | to |\n| --- | --- | --- |\n")
	b.WriteString("| `create` | | `DRAFT` |\n")
	for _, m := range moves {
		var from []string
		for _, state := range m.from {
			from = append(from, "`"+string(state)+"`")
		}
		to := "the same"
		switch m.to {
		case "":
			if m.action == content.ActionDeleteForever {
				to = "deleted"
			}
			if m.timed {
				to, m.timed = "the same; the time must be after that of the publication", false
			}
		case content.StateDraft:
			to = "`DRAFT`, or `CHANGED` while readers see an earlier copy"
			if m.action == content.ActionUnpublish || m.action == content.ActionRestore {
				to = "`DRAFT`"
			}
		default:
			to = "`" + string(m.to) + "`"
		}
		switch {
		case m.timed && m.later == "":
			to += "; with a time in the future: the same until then"
		case m.timed:
			to += "; with a time in the future: `" + string(m.later) + "` until then"
		}
		live := ""
		if m.live {
			live = ", while readers see it"
		}
		fmt.Fprintf(&b, "| `%s` | %s%s | %s |\n", camel(string(m.action)), strings.Join(from, " "), live, to)
	}
	return b.String()
}

// camel returns the name of an action's mutation in the schema.
func camel(action string) string {
	parts := strings.Split(strings.ToLower(action), "_")
	for i := range parts[1:] {
		parts[i+1] = strings.ToUpper(parts[i+1][:1]) + parts[i+1][1:]
	}
	return strings.Join(parts, "")
}

// States lists the states that some move of the workflow starts from or leads to.
func States() (states []content.State) {
	for _, m := range moves {
		states = append(states, append(slices.Clone(m.from), m.to)...)
	}
	slices.Sort(states)
	return slices.Compact(states)
}
