package upkeep

import (
	"time"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/storage"
)

// Finding is something in the store that does not fit together.
type Finding struct {
	// What sorts it: "cycle", "dangling link", "open revision", "unclaimed slug", "stray slug",
	// "leaking slug", "outdated", "missing file", "stray file".
	What string `json:"what"`
	// Where is the entry, the slug or the file.
	Where string `json:"where"`
	// About says more.
	About string `json:"about"`
	// Mended tells that it was put in order.
	Mended bool `json:"mended"`
}

// CheckOptions say how a store is checked.
type CheckOptions struct {
	// Mend puts in order what is found, where that can be done.
	Mend bool
	// Now tells the time; nil is the store's.
	Now func() time.Time
	// Found is told each finding.
	Found func(Finding)
	// Progress is told how many entries of a kind were checked.
	Progress Progress
}

// checking is one check of a whole store.
type checking struct {
	options CheckOptions
	store   *storage.Store
	kinds   entries.Kinds
	derived *derive.Deriver
	ids     map[content.ID]bool
	slugs   map[content.Kind]map[string]content.ID
	// public are the slugs that readers see, as the store names claims.
	public map[string]bool
	media  map[content.ID]bool
}

// tell reports a finding and mends it, where that is asked for and can be done.
func (c *checking) tell(f Finding, mend func() error) error {
	if c.options.Mend && mend != nil {
		if err := mend(); err != nil {
			return err
		}
		f.Mended = true
	}
	c.options.Found(f)
	return nil
}
