package testkit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ReplicaSet is a set of real MongoDB servers with the same data.
type ReplicaSet struct {
	Members []*Mongod
}

// StartReplicaSet starts the given number of servers in new folders below dir. It waits until one accepts writes and
// the others replicate it.
func StartReplicaSet(ctx context.Context, dir string, members int) (_ *ReplicaSet, err error) {
	s := &ReplicaSet{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Remove())
		}
	}()
	var set []string
	for range members {
		m, err := newMongod(dir, "0.25")
		if err != nil {
			return nil, err
		}
		s.Members, set = append(s.Members, m), append(set, m.address())
	}
	for _, m := range s.Members {
		m.set = set
		if err := m.launch(ctx); err != nil {
			return nil, err
		}
	}
	// All servers must answer before one of them initiates the set.
	for _, m := range s.Members[1:] {
		if err := m.await(ctx, func(hello) bool { return true }); err != nil {
			return nil, err
		}
	}
	for _, m := range s.Members {
		if err := m.await(ctx, func(h hello) bool { return h.IsWritablePrimary || h.Secondary }); err != nil {
			return nil, err
		}
	}
	_, err = s.Primary(ctx)
	return s, err
}

// URI returns the connection string for a database of the set, whichever member is the primary.
func (s *ReplicaSet) URI(database string) string { return s.Members[0].URI(database) }

// Primary waits for a running member that accepts writes, and returns it.
func (s *ReplicaSet) Primary(ctx context.Context) (*Mongod, error) {
	ctx, cancel := context.WithTimeout(ctx, mongodStart)
	defer cancel()
	for {
		for _, m := range s.Members {
			if m.cmd == nil {
				continue
			}
			// A member that is not the primary within a second is asked again in the next round.
			once, stop := context.WithTimeout(ctx, time.Second)
			err := m.await(once, func(h hello) bool { return h.IsWritablePrimary })
			stop()
			if err == nil {
				return m, nil
			}
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("no member became primary: %w", ctx.Err())
		}
	}
}

// Remove ends all members and deletes their folders.
func (s *ReplicaSet) Remove() (err error) {
	for _, m := range s.Members {
		err = errors.Join(err, m.Remove())
	}
	return err
}
