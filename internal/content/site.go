package content

// Site has the settings and menus of the site.
type Site struct {
	// Version counts the accepted changes, from 0.
	Version   int       `json:"version"`
	Name      Text      `json:"name" lint:"line"`
	Languages Languages `json:"languages"`
	// TimeZone is the site's time zone, as a name of the IANA database. Answers have times in this zone.
	TimeZone string  `json:"timeZone"`
	Menus    []*Menu `json:"menus"`
}

// Locales are the languages of the site.
func (s *Site) Locales() []Locale { return s.Languages.Locales }

// DefaultLocale returns the language that is used if a request names none.
func (s *Site) DefaultLocale() Locale { return s.Languages.Default }

// Menu is a list of links at one place of the site, such as "main".
type Menu struct {
	Key   string      `json:"key"`
	Items []*MenuItem `json:"items"`
}

// MenuItem is one link of a menu: to an entry, or to an address.
type MenuItem struct {
	Label     Text        `json:"label" lint:"line"`
	URL       string      `json:"url,omitempty"`
	ContentID ID          `json:"content,omitempty" link:"*"`
	Items     []*MenuItem `json:"items,omitempty"`
}
