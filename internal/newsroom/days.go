package newsroom

import (
	"time"

	"sen/internal/content"
	"sen/internal/messages"
)

// days takes in the days and moments of an event, as an input has them: a beginning, and an end, is either a moment or
// a day, and the one that is given takes the place of the other.
func (r *reader) days(e *content.Event, before content.Event, given map[string]any) {
	r.either(given, "startsAt", "startsOn", &e.StartsOnDay)
	r.either(given, "endsAt", "endsOn", &e.EndsOnDay)
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

// either lets a moment take the place of a day.
func (r *reader) either(given map[string]any, at, on string, day *content.Date) {
	switch moment, isGiven := given[at]; {
	case moment != nil && given[on] != nil:
		r.report.Refuse(content.ProblemInvalid, []string{"input"}, messages.OneOf, at+", "+on)
	case moment != nil, isGiven && given[on] == nil:
		*day = ""
	}
}
