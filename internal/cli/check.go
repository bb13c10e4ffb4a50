package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"sen/internal/upkeep"
)

// checkCommand looks for inconsistent data in the store.
type checkCommand struct {
	Store    storeFlags    `embed:""`
	Mend     bool          `help:"Repair what can be repaired: every change of an entry is a revision by the operator."`
	JSON     bool          `name:"json" help:"Print each finding as a line of JSON."`
	Progress progressFlags `embed:""`
}

// Run runs the command.
func (c *checkCommand) Run(ctx context.Context, o output) error {
	store, closeStore, err := c.Store.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	found, left := 0, 0
	p := c.Progress.start(o.err)
	tell := func(f upkeep.Finding) {
		found++
		mended := " (mended)"
		if !f.Mended {
			left++
			mended = ""
		}
		if c.JSON {
			_ = json.NewEncoder(o.out).Encode(f)
			return
		}
		_, _ = fmt.Fprintf(o.out, "%s: %s: %s%s\n", f.What, f.Where, f.About, mended)
	}
	if err := upkeep.Check(ctx, store, upkeep.CheckOptions{Mend: c.Mend, Found: tell, Progress: p.update}); err != nil {
		return err
	}
	p.finish("checked")
	switch {
	case left > 0 && !c.Mend:
		return fmt.Errorf("%d findings; sen check --mend puts in order what can be", left)
	case left > 0:
		return fmt.Errorf("%d findings could not be mended", left)
	case found == 0 && !c.JSON:
		_, _ = fmt.Fprintln(o.out, "Everything fits together.")
	}
	return nil
}
