package storage_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// instant is a time with the precision of the store.
var instant = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func TestAccounts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		lan := &content.Account{
			ID: "account_1", Login: "lan@sen.example", Name: "Lan", Role: content.RoleAdmin,
			Password: "x", MustChangePassword: true, CreatedAt: instant,
		}
		minh := &content.Account{ID: "account_2", Login: "minh", Name: "Minh", Role: content.RoleWriter, CreatedAt: instant}
		for _, a := range []*content.Account{minh, lan} {
			if err := store.AddAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		if got, ok, err := store.Account(ctx, lan.ID); !ok || err != nil || !cmp.Equal(got, lan) {
			t.Errorf("by id: %v\n%s", err, cmp.Diff(lan, got))
		}
		if got, _, err := store.AccountByLogin(ctx, "minh"); err != nil || !cmp.Equal(got, minh) {
			t.Errorf("by login: %v\n%s", err, cmp.Diff(minh, got))
		}
		for _, missing := range []func() (*content.Account, bool, error){
			func() (*content.Account, bool, error) { return store.Account(ctx, "account_9") },
			func() (*content.Account, bool, error) { return store.AccountByLogin(ctx, "nobody") },
			func() (*content.Account, bool, error) {
				return store.ChangeAccount(ctx, "account_9", storage.AccountChange{Name: new("x")})
			},
		} {
			if got, ok, err := missing(); ok || got != nil || err != nil {
				t.Errorf("a missing document returns %+v, %v", got, err)
			}
		}
		if got, err := store.Accounts(ctx); err != nil || !cmp.Equal(got, []*content.Account{lan, minh}) {
			t.Errorf("the list: %v\n%s", err, cmp.Diff([]*content.Account{lan, minh}, got))
		}
		admins := func(want int) {
			t.Helper()
			if n, err := store.EnabledAdmins(ctx); err != nil || n != want {
				t.Errorf("there are %d administrators, %v; want %d", n, err, want)
			}
		}
		admins(1)
		later := instant.Add(time.Hour)
		got, _, err := store.ChangeAccount(ctx, minh.ID, storage.AccountChange{
			Name: new("Minh Thư"), Role: new(content.RoleAdmin), Password: new("y"), MustChangePassword: new(true),
			DisabledAt: &later,
		})
		want := &content.Account{
			ID: "account_2", Login: "minh", Name: "Minh Thư", Role: content.RoleAdmin, Password: "y",
			MustChangePassword: true, CreatedAt: instant, DisabledAt: &later,
		}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("changed: %v\n%s", err, cmp.Diff(want, got))
		}
		admins(1)
		if got, _, err = store.ChangeAccount(ctx, minh.ID, storage.AccountChange{DisabledAt: new(time.Time{})}); err != nil ||
			got.DisabledAt != nil {
			t.Errorf("enabled again: %+v, %v", got, err)
		}
		admins(2)
	})
}

// TestLoginsAreUnique adds accounts with one login at the same time: exactly one is added.
func TestLoginsAreUnique(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		var wg sync.WaitGroup
		errs := make(chan error, 8)
		for i := range 8 {
			wg.Go(func() {
				errs <- store.AddAccount(ctx, &content.Account{ID: fmt.Sprintf("account_%d", i), Login: "lan", CreatedAt: instant})
			})
		}
		wg.Wait()
		close(errs)
		added := 0
		for err := range errs {
			switch {
			case err == nil:
				added++
			case !errors.Is(err, storage.ErrLoginTaken):
				t.Error(err)
			}
		}
		if all, err := store.Accounts(ctx); err != nil || added != 1 || len(all) != 1 {
			t.Errorf("%d were added, %d are there, %v", added, len(all), err)
		}
	})
}

func TestSessions(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		for i, account := range []string{"a", "a", "a", "b"} {
			s := &content.Session{
				ID: fmt.Sprint(i), AccountID: account, CreatedAt: instant,
				ExpiresAt: instant.Add(time.Duration(i) * time.Hour),
			}
			if err := store.AddSession(ctx, s); err != nil {
				t.Fatal(err)
			}
			if got, _, err := store.Session(ctx, s.ID); err != nil || !cmp.Equal(got, s) {
				t.Errorf("read back: %v\n%s", err, cmp.Diff(s, got))
			}
		}
		left := func(want string) {
			t.Helper()
			got := ""
			for i := range 4 {
				s, _, err := store.Session(ctx, fmt.Sprint(i))
				if err != nil {
					t.Fatal(err)
				}
				if s != nil {
					got += s.ID
				}
			}
			if got != want {
				t.Errorf("left are the sessions %q, want %q", got, want)
			}
		}
		if n, err := store.SweepSessions(ctx, instant.Add(time.Minute)); n != 1 || err != nil {
			t.Errorf("%d were swept, %v", n, err)
		}
		left("123")
		if err := store.EndSessions(ctx, "a", "2"); err != nil {
			t.Fatal(err)
		}
		left("23")
		if err := errors.Join(store.EndSession(ctx, "3"), store.EndSession(ctx, "3")); err != nil {
			t.Fatal(err)
		}
		left("2")
		if err := store.EndSessions(ctx, "a", ""); err != nil {
			t.Fatal(err)
		}
		left("")
	})
}

func TestTokens(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		expires := instant.Add(time.Hour)
		token := &content.Token{
			ID: "token_1", Name: "Feed", Hash: "h", Role: content.RoleReader, Kinds: []content.Kind{content.KindArticle},
			Actions: []content.Action{content.ActionRead}, CreatedAt: instant, CreatedBy: "account_1", ExpiresAt: &expires,
		}
		if err := store.AddToken(ctx, token); err != nil {
			t.Fatal(err)
		}
		if got, _, err := store.TokenByHash(ctx, "h"); err != nil || !cmp.Equal(got, token) {
			t.Errorf("by hash: %v\n%s", err, cmp.Diff(token, got))
		}
		if got, ok, err := store.TokenByHash(ctx, "other"); ok || got != nil || err != nil {
			t.Errorf("another hash returns %+v, %v", got, err)
		}
		used, revoked := instant.Add(time.Minute), instant.Add(2*time.Minute)
		if err := store.TouchToken(ctx, token.ID, used); err != nil {
			t.Fatal(err)
		}
		token.LastUsedAt, token.RevokedAt = &used, &revoked
		for _, at := range []time.Time{revoked, revoked.Add(time.Hour)} {
			if got, _, err := store.RevokeToken(ctx, token.ID, at); err != nil || !cmp.Equal(got, token) {
				t.Errorf("revoked: %v\n%s", err, cmp.Diff(token, got))
			}
		}
		if got, ok, err := store.RevokeToken(ctx, "token_9", revoked); ok || got != nil || err != nil {
			t.Errorf("a missing document returns %+v, %v", got, err)
		}
		if got, err := store.Tokens(ctx); err != nil || !cmp.Equal(got, []*content.Token{token}) {
			t.Errorf("the list: %v\n%s", err, cmp.Diff([]*content.Token{token}, got))
		}
	})
}

// TestSigningKey lets several servers ask for the key at the same time: all get the same key, then and later.
func TestSigningKey(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		var wg sync.WaitGroup
		keys := make(chan string, 8)
		for i := range 8 {
			wg.Go(func() {
				key, err := store.SigningKey(ctx, fmt.Appendf(nil, "key %d", i))
				if err != nil {
					t.Error(err)
				}
				keys <- string(key)
			})
		}
		wg.Wait()
		close(keys)
		later, err := store.SigningKey(ctx, []byte("late"))
		if err != nil || len(later) != len("key 0") {
			t.Errorf("the key is %q, %v", later, err)
		}
		for key := range keys {
			if key != string(later) {
				t.Errorf("one has %q, another %q", key, later)
			}
		}
	})
}

// TestEmptyWithPeople checks that a store with accounts only counts as empty.
func TestEmptyWithPeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		if err := store.AddAccount(ctx, &content.Account{ID: "account_1", Login: "lan", CreatedAt: instant}); err != nil {
			t.Fatal(err)
		}
		if _, err := store.SigningKey(ctx, []byte("key")); err != nil {
			t.Fatal(err)
		}
		if empty, err := store.Empty(ctx); !empty || err != nil {
			t.Errorf("a store with people only is empty: %t, %v", empty, err)
		}
		if err := store.PutSite(ctx, store.Site()); err != nil {
			t.Fatal(err)
		}
		if empty, err := store.Empty(ctx); empty || err != nil {
			t.Errorf("a store with settings is empty: %t, %v", empty, err)
		}
	})
}

// TestConcurrentChangesOfPeople makes different changes of one account and one token at the same time. None may undo
// another, so that a withdrawn right stays withdrawn.
func TestConcurrentChangesOfPeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		ctx, store := t.Context(), testkit.Store(t, e)
		for i := range 20 {
			account, token := fmt.Sprintf("account_%d", i), fmt.Sprintf("token_%d", i)
			if err := store.AddAccount(ctx,
				&content.Account{
					ID: account, Login: account, Role: content.RoleAdmin, Password: "x",
					CreatedAt: instant,
				}); err != nil {
				t.Fatal(err)
			}
			if err := store.AddToken(ctx,
				&content.Token{ID: token, Name: token, Hash: token, Role: content.RoleAdmin, CreatedAt: instant}); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for _, c := range []storage.AccountChange{
				{Name: new("Lan")},
				{Role: new(content.RoleReader)},
				{Password: new("y")},
				{DisabledAt: new(instant)},
			} {
				wg.Go(func() {
					if _, _, err := store.ChangeAccount(ctx, account, c); err != nil {
						t.Error(err)
					}
				})
			}
			for range 4 {
				wg.Go(func() {
					if err := store.TouchToken(ctx, token, instant); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Go(func() {
				if _, _, err := store.RevokeToken(ctx, token, instant); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			a, _, err := store.Account(ctx, account)
			if err != nil || a.Name != "Lan" || a.Role != content.RoleReader || a.Password != "y" || a.DisabledAt == nil {
				t.Fatalf("the account is %+v, %v", a, err)
			}
			if got, _, err := store.TokenByHash(ctx, token); err != nil || got.RevokedAt == nil || got.LastUsedAt == nil {
				t.Fatalf("the token is %+v, %v", got, err)
			}
		}
	})
}
