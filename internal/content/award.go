package content

import "strconv"

// KindAwardSeries names the kind of [AwardSeries].
const KindAwardSeries Kind = "AwardSeries"

var awardSeriesKind = describe[AwardSeries](Descriptor{
	Kind: KindAwardSeries, Prefix: "series", Root: "/award-series", Folder: "award-series", Label: []string{"name"},
	Names: Names{One: "awardSeries", Many: "awardSeriesList", Noun: "an award series", Nouns: "award series"},
	Page:  Page{Summary: "description"},
})

// AwardSeries is an award that is given repeatedly, for example every year.
type AwardSeries struct {
	Base        `json:",inline"`
	Name        Text `json:"name" lint:"line"`
	ShortName   Text `json:"shortName,omitempty" lint:"line"`
	Description Text `json:"description,omitempty"`
	// OrganizationIDs are the organizations that give the award.
	OrganizationIDs []ID `json:"organizations,omitempty" link:"Organization"`
}

// KindAwardRound names the kind of [AwardRound].
const KindAwardRound Kind = "AwardRound"

var awardRoundKind = describe[AwardRound](Descriptor{
	Kind: KindAwardRound, Prefix: "round", Root: "/award-rounds", Folder: "award-rounds", Label: []string{"name"},
	Names: Names{One: "awardRound", Many: "awardRounds", Noun: "an award round", Nouns: "award rounds"},
	Page:  Page{LabelOnly: true},
})

// AwardRound is one edition of a series: a year, a level, a decision, a ceremony.
type AwardRound struct {
	Base       `json:",inline"`
	Name       Text       `json:"name" lint:"line"`
	SeriesID   ID         `json:"series" link:"AwardSeries"`
	Year       int        `json:"year"`
	Level      AwardLevel `json:"level"`
	Phase      AwardPhase `json:"phase"`
	Decision   *Decision  `json:"decision,omitempty"`
	CeremonyID ID         `json:"ceremony,omitempty" link:"Event"`
}

// KindAward names the kind of [Award].
const KindAward Kind = "Award"

var awardKind = describe[Award](Descriptor{
	Kind: KindAward, Prefix: "award", Root: "/awards", Folder: "awards", Label: []string{"title"},
	Names: Names{One: "award", Many: "awards", Noun: "an award", Nouns: "awards"},
	Takes: []Take{{From: KindAwardRound, By: "round"}},
	Page:  Page{LabelOnly: true},
})

// Award is one prize of a round. Year, Level and SeriesID are copied from its round, so that awards can be filtered and
// ordered by them.
type Award struct {
	Base        `json:",inline"`
	Title       Text              `json:"title" lint:"line"`
	RoundID     ID                `json:"round" link:"AwardRound"`
	SeriesID    ID                `json:"series" link:"AwardSeries"`
	Year        int               `json:"year"`
	Level       AwardLevel        `json:"level"`
	Rank        *int              `json:"rank,omitempty"`
	Outcome     AwardOutcome      `json:"outcome"`
	Product     *Product          `json:"product,omitempty"`
	Recipients  []*AwardRecipient `json:"recipients,omitempty"`
	Citation    Text              `json:"citation,omitempty"`
	Certificate *Certificate      `json:"certificate,omitempty"`
	EventID     ID                `json:"event,omitempty" link:"Event"`
}

// AwardLevel is the level of an award, such as national or provincial.
type AwardLevel string

// The levels of awards, the widest first.
const (
	LevelNational   AwardLevel = "NATIONAL"
	LevelRegional   AwardLevel = "REGIONAL"
	LevelProvincial AwardLevel = "PROVINCIAL"
	LevelDistrict   AwardLevel = "DISTRICT"
	LevelCommune    AwardLevel = "COMMUNE"
)

// AwardPhase is the phase of a round.
type AwardPhase string

// The phases of a round, in the order of time.
const (
	PhaseNominating AwardPhase = "NOMINATING"
	PhaseJudging    AwardPhase = "JUDGING"
	PhaseAnnounced  AwardPhase = "ANNOUNCED"
	PhaseConferred  AwardPhase = "CONFERRED"
	PhaseRevoked    AwardPhase = "REVOKED"
)

// AwardOutcome is the result of a nomination.
type AwardOutcome string

// The outcomes of a nomination.
const (
	OutcomeNominated   AwardOutcome = "NOMINATED"
	OutcomeShortlisted AwardOutcome = "SHORTLISTED"
	OutcomeWon         AwardOutcome = "WON"
	OutcomeWithdrawn   AwardOutcome = "WITHDRAWN"
	OutcomeRevoked     AwardOutcome = "REVOKED"
)

// Decision is the official decision that gives the awards of a round.
type Decision struct {
	Number     string `json:"number,omitempty"`
	Date       Date   `json:"date,omitempty"`
	IssuerID   ID     `json:"issuer,omitempty" link:"Organization"`
	DocumentID ID     `json:"document,omitempty" link:"Media"`
}

// Product is a product that won an award.
type Product struct {
	Name        Text `json:"name" lint:"line"`
	Description Text `json:"description,omitempty"`
	ImageID     ID   `json:"image,omitempty" link:"Media"`
}

// AwardRecipient is the recipient of an award, with the name on that day. At most one of OrganizationID and AuthorID is
// set.
type AwardRecipient struct {
	Name           Text `json:"name" lint:"line"`
	OrganizationID ID   `json:"organization,omitempty" link:"Organization"`
	AuthorID       ID   `json:"author,omitempty" link:"Author"`
}

// Certificate is the certificate that a recipient got.
type Certificate struct {
	Number     string `json:"number,omitempty"`
	ValidUntil Date   `json:"validUntil,omitempty"`
}

// Kind implements [Content].
func (*AwardSeries) Kind() Kind { return KindAwardSeries }

// Kind implements [Content].
func (*AwardRound) Kind() Kind { return KindAwardRound }

// Kind implements [Content].
func (*Award) Kind() Kind { return KindAward }

// Label implements [Content].
func (s *AwardSeries) Label() Text { return s.Name }

// Label implements [Content].
func (r *AwardRound) Label() Text { return r.Name }

// Label implements [Content].
func (a *Award) Label() Text { return a.Title }

// Check implements [Content].
func (s *AwardSeries) Check(c Checker) { c.Need(!s.Name.Empty(), "name") }

// SetDefaults implements [Content].
func (r *AwardRound) SetDefaults(*Site) { r.Phase = PhaseNominating }

// SetDefaults implements [Content].
func (a *Award) SetDefaults(*Site) { a.Outcome = OutcomeNominated }

// Check implements [Content].
func (r *AwardRound) Check(c Checker) {
	c.Need(!r.Name.Empty(), "name")
	c.Need(r.SeriesID != "", "series")
	c.Need(r.Level != "", "level")
	c.Need(r.Phase != "", "phase")
	if c.Need(r.Year != 0, "year"); r.Year != 0 {
		c.Count(&r.Year, 9999, "year")
	}
}

// Check implements [Content].
func (a *Award) Check(c Checker) {
	c.Need(!a.Title.Empty(), "title")
	c.Need(a.RoundID != "", "round")
	c.Need(a.Outcome != "", "outcome")
	c.Count(a.Rank, 10_000, "rank")
	for i, recipient := range a.Recipients {
		at := []string{"recipients", strconv.Itoa(i)}
		c.OneOf(recipient.OrganizationID == "" || recipient.AuthorID == "", "organization, author", at...)
		c.Need(!recipient.Name.Empty(), subpath(at, "name")...)
	}
	if a.Product != nil {
		c.Need(!a.Product.Name.Empty(), "product", "name")
	}
}

// Gives implements [Content].
func (r *AwardRound) Gives() []any { return []any{r.SeriesID, r.Year, r.Level} }

// TakeOver implements [Content]: the series, the year and the level, from its round.
func (a *Award) TakeOver(find Finder) (cycle bool, err error) {
	a.SeriesID, a.Year, a.Level = "", 0, ""
	found, err := find(a.RoundID)
	if round, ok := found.(*AwardRound); ok {
		a.SeriesID, a.Year, a.Level = round.SeriesID, round.Year, round.Level
	}
	return false, err
}

// Taken implements [Content].
func (a *Award) Taken() Taken {
	return Taken{
		From:   []ID{a.RoundID},
		Fields: map[string]any{"series": a.SeriesID, "year": a.Year, "level": a.Level},
		Told:   map[ID]Content{a.RoundID: &AwardRound{SeriesID: a.SeriesID, Year: a.Year, Level: a.Level}},
	}
}

// Searched implements [Content].
func (s *AwardSeries) Searched() Searched {
	return Searched{
		Texts:     named(s.Name, s.ShortName, s.Description),
		ShortName: s.ShortName, Organizations: s.OrganizationIDs,
	}
}

// Searched implements [Content].
func (r *AwardRound) Searched() Searched {
	texts := []SearchText{{Field: "name", Class: SearchTitle, Text: r.Name}}
	if d := r.Decision; d != nil {
		texts = append(texts, SearchText{Field: "decision", Class: SearchName, Text: same(d.Number)},
			SearchText{Field: "decision", Class: SearchName, Text: same(d.Date.asWritten())})
	}
	return Searched{Texts: texts, Events: idsOf(r.CeremonyID), Year: r.Year, Level: r.Level}
}

// Searched implements [Content].
func (a *Award) Searched() Searched {
	s := Searched{
		Texts:  []SearchText{{Field: "title", Class: SearchTitle, Text: a.Title}},
		Events: idsOf(a.EventID), Year: a.Year, Level: a.Level,
	}
	if p := a.Product; p != nil {
		s.Texts = append(s.Texts, SearchText{Field: "product", Class: SearchName, Text: p.Name},
			SearchText{Field: "product", Class: SearchLead, Text: p.Description})
	}
	for _, r := range a.Recipients {
		s.Texts = append(s.Texts, SearchText{Field: "recipients", Class: SearchName, Text: r.Name})
		s.Organizations = append(s.Organizations, idsOf(r.OrganizationID)...)
		s.Authors = append(s.Authors, idsOf(r.AuthorID)...)
	}
	s.Texts = append(s.Texts, SearchText{Field: "citation", Class: SearchLead, Text: a.Citation})
	if c := a.Certificate; c != nil {
		s.Texts = append(s.Texts, SearchText{Field: "certificate", Class: SearchName, Text: same(c.Number)})
	}
	return s
}
