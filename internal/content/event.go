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
	// StartsAt and EndsAt are always there as far as a beginning and an end are known: lists are filtered and ordered by them.
	// Of one that is known by its day alone they are the day's first moment and its last millisecond in TimeZone.
	StartsAt time.Time  `json:"startsAt"`
	EndsAt   *time.Time `json:"endsAt,omitempty"`
	// StartsOnDay and EndsOnDay are the days of a beginning and an end that are known by them alone; else empty.
	StartsOnDay Date `json:"startsOn,omitempty"`
	EndsOnDay   Date `json:"endsOn,omitempty"`
	// TimeZone is the zone of the place, by its name in the IANA database.
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

// EventStatus is what became of an event's date, with the values of schema.org's EventStatusType.
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

// Participant is a person or a group at an event, as they were on the day.
type Participant struct {
	Name      Text            `json:"name" lint:"line"`
	Positions []*Position     `json:"positions,omitempty"`
	Role      ParticipantRole `json:"role"`
	// AuthorID leads to the person's page, where there is one.
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

// Position is one position of a person on an occasion. It stays as it was on that day.
type Position struct {
	Title          Text `json:"title" lint:"line"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
}

// AgendaItem is one point of an event's programme.
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

// TimePrecision says how well a beginning or an end is known.
type TimePrecision string

// The precisions of times.
const (
	PrecisionDay  TimePrecision = "DAY"
	PrecisionTime TimePrecision = "TIME"
)

// StartsPrecision tells how well the beginning is known.
func (e *Event) StartsPrecision() TimePrecision { return precision(e.StartsOnDay) }

// EndsPrecision tells how well the end is known; nil where there is none.
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

// StartsOn is the day on which it begins, in its zone.
func (e *Event) StartsOn() Date { return e.day(e.StartsOnDay, e.StartsAt) }

// EndsOn is the last day of it, in its zone; nil where no end is known.
func (e *Event) EndsOn() *Date {
	if e.EndsAt == nil {
		return nil
	}
	day := e.day(e.EndsOnDay, *e.EndsAt)
	return &day
}

// day is a day that is known, or else that of a moment.
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

// SettleDays works out StartsAt and EndsAt from the days, in the zone of the event. It tells which of the days are none there.
func (e *Event) SettleDays() (startsWrong, endsWrong bool) {
	zone, err := Zone(e.TimeZone)
	if err != nil {
		return false, false // that is told by itself
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
		c.Need(!item.Title.Empty(), inside(at, "title")...)
		c.Ordered(item.StartsAt == nil || item.EndsAt == nil || !item.EndsAt.Before(*item.StartsAt), inside(at, "endsAt")...)
		checkParticipants(c, item.Speakers, inside(at, "speakers")...)
	}
}

// checkParticipants is Check for a list of participants.
func checkParticipants(c Checker, all []*Participant, path ...string) {
	for i, p := range all {
		at := inside(path, strconv.Itoa(i))
		c.Need(!p.Name.Empty(), inside(at, "name")...)
		c.Need(p.Role != "", inside(at, "role")...)
		for k, position := range p.Positions {
			c.Need(!position.Title.Empty(), inside(at, "positions", strconv.Itoa(k), "title")...)
		}
	}
}

// endName is the stored field that tells the end.
func (e *Event) endName() string {
	if e.EndsOnDay != "" {
		return "endsOn"
	}
	return "endsAt"
}
