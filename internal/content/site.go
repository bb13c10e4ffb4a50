package content

// Site is the publication as a whole.
type Site struct {
	// Version counts the accepted changes, from 0.
	Version   int       `json:"version"`
	Name      Text      `json:"name" lint:"line"`
	Languages Languages `json:"languages"`
	// TimeZone is the site's own zone, by its name in the IANA database; moments are written in it.
	TimeZone string  `json:"timeZone"`
	Menus    []*Menu `json:"menus"`
}

// Locales are the languages that the site is written in.
func (s *Site) Locales() []Locale { return s.Languages.Locales }

// DefaultLocale is the language that answers where none is asked for.
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
