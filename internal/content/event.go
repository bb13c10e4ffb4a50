package content

import (
	"strconv"
	"time"
)

// KindEvent names the kind of [Event].
const KindEvent Kind = "Event"

var eventKind = describe[Event](Descriptor{
	Kind: KindEvent, Prefix: "event", Root: "/events", Folder: "events", Label: []string{"name"},
	Names: Names{One: "event", Many: "events", Noun: "an event", Nouns: "events"},
	Page:  Page{Summary: "summary", Cover: "cover", Body: "body"},
})

// Event is something that happens at a time: a conference, a ceremony, a fair.
type Event struct {
	Base        `json:",inline"`
	Name        Text      `json:"name" lint:"line"`
	Type        EventType `json:"type"`
	Summary     Text      `json:"summary,omitempty"`
	Description Text      `json:"description,omitempty"`
	Body        RichText  `json:"body,omitempty"`
	// StartsAt and EndsAt are the beginning and the end; lists are filtered and ordered by them. If only the day is
	// known, they are the first moment and the last millisecond of that day in TimeZone.
	StartsAt time.Time  `json:"startsAt"`
	EndsAt   *time.Time `json:"endsAt,omitempty"`
	// StartsOnDay and EndsOnDay are the days of the beginning and the end, if only the day is known; otherwise empty.
	StartsOnDay Date `json:"startsOn,omitempty"`
	EndsOnDay   Date `json:"endsOn,omitempty"`
	// TimeZone is the time zone of the place, as a name of the IANA database.
	TimeZone     string         `json:"timeZone"`
	EventStatus  EventStatus    `json:"eventStatus"`
	Place        *Place         `json:"place,omitempty"`
	OnlineURL    URL            `json:"onlineUrl,omitempty"`
	OrganizerIDs []ID           `json:"organizers,omitempty" link:"Organization"`
	Participants []*Participant `json:"participants,omitempty"`
	Agenda       []*AgendaItem  `json:"agenda,omitempty"`
	ProgramIDs   []ID           `json:"programs,omitempty" link:"Program"`
	DocumentIDs  []ID           `json:"documents,omitempty" link:"Media"`
	CoverID      ID             `json:"cover,omitempty" link:"Media"`
	TagIDs       []ID           `json:"tags,omitempty" link:"Tag"`
}

// EventType says what kind of occasion an event is.
type EventType string

// The types of events.
const (
	EventConference EventType = "CONFERENCE"
	EventCeremony   EventType = "CEREMONY"
	EventMeeting    EventType = "MEETING"
	EventTraining   EventType = "TRAINING"
	EventFair       EventType = "FAIR"
	EventExhibition EventType = "EXHIBITION"
	EventOther      EventType = "OTHER"
)

// EventStatus says whether an event takes place as announced, with the values of schema.org's EventStatusType.
type EventStatus string

// The statuses of events.
const (
	EventScheduled   EventStatus = "SCHEDULED"
	EventPostponed   EventStatus = "POSTPONED"
	EventRescheduled EventStatus = "RESCHEDULED"
	EventMovedOnline EventStatus = "MOVED_ONLINE"
	EventCancelled   EventStatus = "CANCELLED"
)

// Place is where an event happens. Latitude and Longitude are in degrees by WGS 84.
type Place struct {
	Name      Text     `json:"name" lint:"line"`
	Address   Text     `json:"address,omitempty"`
	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`
}

// Participant is a person or a group at an event, with the name and the positions on that day.
type Participant struct {
	Name      Text            `json:"name" lint:"line"`
	Positions []*Position     `json:"positions,omitempty"`
	Role      ParticipantRole `json:"role"`
	// AuthorID is the author entry of the person, if there is one.
	AuthorID ID `json:"author,omitempty" link:"Author"`
}

// ParticipantRole is what a participant does at an event.
type ParticipantRole string

// The roles of participants.
const (
	RoleSpeaker   ParticipantRole = "SPEAKER"
	RoleHost      ParticipantRole = "HOST"
	RoleGuest     ParticipantRole = "GUEST"
	RoleGroup     ParticipantRole = "GROUP"
	RoleRecipient ParticipantRole = "RECIPIENT"
)

// Position is a position that a person had at the time of an event. It is not changed later.
type Position struct {
	Title          Text `json:"title" lint:"line"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
}

// AgendaItem is one item of an event's agenda.
type AgendaItem struct {
	StartsAt *time.Time     `json:"startsAt,omitempty"`
	EndsAt   *time.Time     `json:"endsAt,omitempty"`
	Title    Text           `json:"title" lint:"line"`
	Speakers []*Participant `json:"speakers,omitempty"`
}

// Kind implements [Content].
func (*Event) Kind() Kind { return KindEvent }

// Label implements [Content].
func (e *Event) Label() Text { return e.Name }

// TimePrecision is the precision of a beginning or an end.
type TimePrecision string

// The precisions of times.
const (
	PrecisionDay  TimePrecision = "DAY"
	PrecisionTime TimePrecision = "TIME"
)

// StartsPrecision returns the precision of the beginning.
func (e *Event) StartsPrecision() TimePrecision { return precision(e.StartsOnDay) }

// EndsPrecision returns the precision of the end; nil if no end is known.
func (e *Event) EndsPrecision() *TimePrecision {
	if e.EndsAt == nil {
		return nil
	}
	p := precision(e.EndsOnDay)
	return &p
}

func precision(day Date) TimePrecision {
	if day != "" {
		return PrecisionDay
	}
	return PrecisionTime
}

// StartsOn returns the first day of the event in its time zone.
func (e *Event) StartsOn() Date { return e.day(e.StartsOnDay, e.StartsAt) }

// EndsOn returns the last day of the event in its time zone; nil if no end is known.
func (e *Event) EndsOn() *Date {
	if e.EndsAt == nil {
		return nil
	}
	day := e.day(e.EndsOnDay, *e.EndsAt)
	return &day
}

// day returns known, or if that is empty, the day of a moment in the event's time zone.
func (e *Event) day(known Date, at time.Time) Date {
	if known != "" {
		return known
	}
	zone, err := Zone(e.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return DayOf(at, zone)
}

// SettleDays computes StartsAt and EndsAt from the days, in the time zone of the event. It reports which of the days do
// not exist in that time zone.
func (e *Event) SettleDays() (startsWrong, endsWrong bool) {
	zone, err := Zone(e.TimeZone)
	if err != nil {
		return false, false // Check reports a wrong time zone
	}
	if e.StartsOnDay != "" {
		begins, ok := e.StartsOnDay.Begins(zone)
		e.StartsAt, startsWrong = begins, !ok
	}
	if e.EndsOnDay != "" {
		ends, ok := e.EndsOnDay.Ends(zone)
		e.EndsAt, endsWrong = &ends, !ok
	}
	return startsWrong, endsWrong
}

// SetDefaults implements [Content].
func (e *Event) SetDefaults(site *Site) {
	e.Type, e.EventStatus, e.TimeZone = EventOther, EventScheduled, site.TimeZone
}

// Derive implements [Content].
func (e *Event) Derive(func(RichText) Minutes) { e.SettleDays() }

// Check implements [Content].
func (e *Event) Check(c Checker) {
	c.Need(!e.Name.Empty(), "name")
	c.Need(e.StartsOnDay != "" || !e.StartsAt.IsZero(), "startsAt")
	c.Need(e.Type != "", "type")
	c.Need(e.EventStatus != "", "eventStatus")
	c.Ordered(e.EndsAt == nil || !e.EndsAt.Before(e.StartsAt), e.endName())
	c.TimeZone(e.TimeZone, "timeZone")
	if p := e.Place; p != nil {
		c.Need(!p.Name.Empty(), "place", "name")
		c.Degrees(p.Latitude, 90, "place", "latitude")
		c.Degrees(p.Longitude, 180, "place", "longitude")
	}
	checkParticipants(c, e.Participants, "participants")
	for i, item := range e.Agenda {
		at := []string{"agenda", strconv.Itoa(i)}
		c.Need(!item.Title.Empty(), subpath(at, "title")...)
		c.Ordered(item.StartsAt == nil || item.EndsAt == nil || !item.EndsAt.Before(*item.StartsAt), subpath(at, "endsAt")...)
		checkParticipants(c, item.Speakers, subpath(at, "speakers")...)
	}
}

// checkParticipants checks a list of participants.
func checkParticipants(c Checker, all []*Participant, path ...string) {
	for i, p := range all {
		at := subpath(path, strconv.Itoa(i))
		c.Need(!p.Name.Empty(), subpath(at, "name")...)
		c.Need(p.Role != "", subpath(at, "role")...)
		for k, position := range p.Positions {
			c.Need(!position.Title.Empty(), subpath(at, "positions", strconv.Itoa(k), "title")...)
		}
	}
}

// endName returns the stored field that has the end.
func (e *Event) endName() string {
	if e.EndsOnDay != "" {
		return "endsOn"
	}
	return "endsAt"
}

// Searched implements [Content].
func (e *Event) Searched() Searched {
	s := Searched{
		Texts:         []SearchText{{Field: "name", Class: SearchTitle, Text: e.Name}},
		Tags:          e.TagIDs,
		Organizations: e.OrganizerIDs, Programs: e.ProgramIDs, Year: e.year(), StartsAt: e.StartsAt,
	}
	for _, p := range e.Participants {
		s.Texts = append(s.Texts, SearchText{Field: "participants", Class: SearchName, Text: p.Name})
		for _, position := range p.Positions {
			s.Texts = append(s.Texts, SearchText{Field: "participants", Class: SearchLead, Text: position.Title})
		}
		s.Authors = append(s.Authors, idsOf(p.AuthorID)...)
	}
	if p := e.Place; p != nil {
		s.Texts = append(s.Texts, SearchText{Field: "place", Class: SearchName, Text: p.Name},
			SearchText{Field: "place", Class: SearchLead, Text: p.Address})
	}
	for _, item := range e.Agenda {
		s.Texts = append(s.Texts, SearchText{Field: "agenda", Class: SearchLead, Text: item.Title})
		for _, p := range item.Speakers {
			s.Texts = append(s.Texts, SearchText{Field: "agenda", Class: SearchName, Text: p.Name})
		}
	}
	s.Texts = append(s.Texts,
		SearchText{Field: "startsAt", Class: SearchName, Text: same(e.StartsOn().asWritten())},
		SearchText{Field: "summary", Class: SearchLead, Text: e.Summary},
		SearchText{Field: "description", Class: SearchLead, Text: e.Description},
		SearchText{Field: "body", Class: SearchBody, Body: e.Body})
	return s
}

// year returns the year of the first day of the event.
func (e *Event) year() int {
	at, err := time.Parse(time.DateOnly, string(e.StartsOn()))
	if err != nil {
		return 0
	}
	return at.Year()
}
