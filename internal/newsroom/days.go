package newsroom

import (
	"time"

	"sen/internal/content"
	"sen/internal/messages"
)

// days reads the beginning and the end of an event. Each is either a moment (an instant) or a day. When the input gives
// one of the two, it replaces the other.
func (r *reader) days(e *content.Event, before content.Event, given map[string]any) {
	r.momentOrDay(given, "startsAt", "startsOn", &e.StartsOnDay)
	r.momentOrDay(given, "endsAt", "endsOn", &e.EndsOnDay)
	if before.StartsOnDay != "" && e.StartsOnDay == "" && given["startsAt"] == nil {
		e.StartsAt = time.Time{}
	}
	if before.EndsOnDay != "" && e.EndsOnDay == "" && given["endsAt"] == nil {
		e.EndsAt = nil
	}
	startsWrong, endsWrong := e.SettleDays()
	if startsWrong {
		r.report.Refuse(content.ProblemInvalid, []string{"input", "startsOn"}, messages.NoDay, e.StartsOnDay, e.TimeZone)
	}
	if endsWrong {
		r.report.Refuse(content.ProblemInvalid, []string{"input", "endsOn"}, messages.NoDay, e.EndsOnDay, e.TimeZone)
	}
}

// momentOrDay clears the day when the input gives a moment instead. It refuses an input that gives both.
func (r *reader) momentOrDay(given map[string]any, at, on string, day *content.Date) {
	switch moment, isGiven := given[at]; {
	case moment != nil && given[on] != nil:
		r.report.Refuse(content.ProblemInvalid, []string{"input"}, messages.OneOf, at+", "+on)
	case moment != nil, isGiven && given[on] == nil:
		*day = ""
	}
}
