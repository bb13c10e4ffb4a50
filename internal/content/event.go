package content

import "time"

// Event is something that happens at a time: a conference, a ceremony, a fair.
type Event struct {
	Base        `json:",inline"`
	Name        Text       `json:"name" lint:"line"`
	Type        EventType  `json:"type"`
	Summary     Text       `json:"summary,omitempty"`
	Description Text       `json:"description,omitempty"`
	Body        RichText   `json:"body,omitempty"`
	StartsAt    time.Time  `json:"startsAt"`
	EndsAt      *time.Time `json:"endsAt,omitempty"`
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
