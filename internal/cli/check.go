package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"sen/internal/upkeep"
)

// checkCommand looks for what does not fit together.
type checkCommand struct {
	Store storeFlags `embed:""`
	Mend  bool       `help:"Put in order what can be: every change of an entry is a revision by the operator."`
	JSON  bool       `name:"json" help:"Print each finding as a line of JSON."`
	Told  told       `embed:""`
}

// Run is the command.
func (c *checkCommand) Run(ctx context.Context, o output) error {
	store, closeStore, err := c.Store.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	found, left := 0, 0
	p := c.Told.on(o.err)
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
	if err := upkeep.Check(ctx, store, upkeep.CheckOptions{Mend: c.Mend, Found: tell, Progress: p.tell}); err != nil {
		return err
	}
	p.end("checked")
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
