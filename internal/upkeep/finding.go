package upkeep

import (
	"time"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/storage"
)

// Finding is an inconsistency in the store.
type Finding struct {
	// What is its type: "cycle", "dangling link", "open revision", "unclaimed slug", "stray slug", "leaking slug",
	// "outdated", "missing file", "stray file".
	What string `json:"what"`
	// Where is the entry, the slug or the file.
	Where string `json:"where"`
	// About has details.
	About string `json:"about"`
	// Mended says that it was repaired.
	Mended bool `json:"mended"`
}

// CheckOptions configure a check.
type CheckOptions struct {
	// Mend repairs the findings that can be repaired.
	Mend bool
	// Now returns the current time; nil uses the store's clock.
	Now func() time.Time
	// Found is called with each finding.
	Found func(Finding)
	// Progress is called with the number of checked entries of a kind.
	Progress Progress
}

// checking is one run of a check.
type checking struct {
	options CheckOptions
	store   *storage.Store
	kinds   entries.Kinds
	derived *derive.Deriver
	ids     map[content.ID]bool
	slugs   map[content.Kind]map[string]content.ID
	// public has the slugs under which readers see entries. The keys are of slugName.
	public map[string]bool
	media  map[content.ID]bool
}

// report reports a finding. With Mend it first repairs the finding, if it can be repaired.
func (c *checking) report(f Finding, mend func() error) error {
	if c.options.Mend && mend != nil {
		if err := mend(); err != nil {
			return err
		}
		f.Mended = true
	}
	c.options.Found(f)
	return nil
}
