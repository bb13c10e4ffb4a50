package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// fixture is the people of a store, with a clock that the test sets.
type fixture struct {
	*people.People
	t     *testing.T
	store *storage.Store
	mu    sync.Mutex
	at    time.Time
}

func (h *fixture) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *fixture) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func open(t *testing.T, e testkit.Engine) *fixture {
	h := &fixture{t: t, store: testkit.Store(t, e), at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	h.People = people.New(h.store, people.Options{Now: h.now, PublicURL: "https://sen.example", Log: testkit.Log(t)})
	return h
}

const (
	password = "mot hai ba bon"
	address  = "192.0.2.1"
)

// operator returns the context of a command.
func (h *fixture) operator() context.Context { return auth.WithActor(h.t.Context(), people.Operator) }

// account creates an account with the test's password.
func (h *fixture) account(login string, role content.Role) *content.Account {
	h.t.Helper()
	a, _, err := h.CreateAccount(h.operator(), nil,
		people.NewAccount{Login: login, Name: login, Role: role, Password: password})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// signIn signs an account in. It returns the context of its requests and its secret.
func (h *fixture) signIn(login, password string) (context.Context, string) {
	h.t.Helper()
	s, err := h.SignIn(h.t.Context(), nil, login, password, address)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.as(s.Secret), s.Secret
}

// as returns the context of a request with a secret.
func (h *fixture) as(secret string) context.Context {
	h.t.Helper()
	actor, err := h.ActorFor(h.t.Context(), secret)
	if err != nil {
		h.t.Fatal(err)
	}
	return auth.WithActor(h.t.Context(), actor)
}

// out checks that a secret is refused.
func (h *fixture) out(what, secret string) {
	h.t.Helper()
	if actor, err := h.ActorFor(h.t.Context(), secret); content.CodeOf(err) != content.CodeUnauthenticated {
		h.t.Errorf("%s: the secret is accepted for %+v, %v", what, actor, err)
	}
}

// problem returns the code and the path of an error's only problem.
func problem(err error) string {
	var refused *people.RefusedError
	if !errors.As(err, &refused) || len(refused.Problems) != 1 || refused.Problems[0].Message == "" {
		return ""
	}
	return string(refused.Problems[0].Code) + " " + strings.Join(refused.Problems[0].Path, ".")
}

func TestSignIn(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		a := h.account("Lan@Sen.Example", content.RoleEditor)
		s, err := h.SignIn(t.Context(), nil, " LAN@sen.example ", password, address)
		if err != nil {
			t.Fatal(err)
		}
		actor := auth.ActorOf(h.as(s.Secret))
		if actor.ID != a.ID || actor.Role != content.RoleEditor || actor.Session == "" || !cmp.Equal(actor, s.Actor) {
			t.Errorf("the actor is %+v, at sign-in %+v", actor, s.Actor)
		}
		if stored, _, err := h.store.Session(t.Context(), s.Secret); stored != nil || err != nil {
			t.Errorf("the secret itself is kept: %+v, %v", stored, err)
		}
		for _, wrong := range [][2]string{
			{"lan@sen.example", password + "x"},
			{"nobody", password},
			{"", ""},
			{"a b", password},
		} {
			if _, err := h.SignIn(t.Context(), nil, wrong[0], wrong[1], address); problem(err) != "INVALID password" {
				t.Errorf("%q is answered %v", wrong[0], err)
			}
		}
		h.out("an unknown session", auth.NewSecret(auth.SecretSession))
		h.out("nothing", "")
		h.out("a long text", strings.Repeat("x", 1<<20))
		h.out("a JWT without an issuer", "a.b.c")

		other, _ := h.signIn("lan@sen.example", password)
		if err := h.SignOut(other); err != nil {
			t.Fatal(err)
		}
		h.as(s.Secret) // signing out elsewhere does not end this session
		if err := h.SignOut(h.as(s.Secret)); err != nil {
			t.Fatal(err)
		}
		h.out("a session that ended", s.Secret)
		if err := h.SignOut(t.Context()); err != nil {
			t.Errorf("a stranger signs out: %v", err)
		}

		_, secret := h.signIn("lan@sen.example", password)
		h.pass(30*24*time.Hour - time.Second)
		h.as(secret)
		h.pass(time.Second)
		h.out("a session of 30 days", secret)
	})
}

// TestGuessing checks that guesses are slowed down, also for logins that don't exist.
func TestGuessing(t *testing.T) {
	h := open(t, testkit.Embedded(t))
	h.account("lan", content.RoleEditor)
	for _, login := range []string{"lan", "nobody"} {
		for range 5 {
			if _, err := h.SignIn(t.Context(), nil, login, "wrong wrong wrong", ""); problem(err) == "" {
				t.Fatal(err)
			}
		}
		if _, err := h.SignIn(t.Context(), nil, login, password, ""); content.CodeOf(err) != content.CodeRateLimited {
			t.Errorf("%s: the right password at the wrong time is answered %v", login, err)
		}
	}
	h.pass(time.Second)
	ctx, _ := h.signIn("lan", password)
	for range 5 {
		if _, err := h.ChangePassword(ctx, nil, "wrong wrong wrong", "nam sau bay tam"); problem(err) != "INVALID password" {
			t.Fatal(err)
		}
	}
	if _, err := h.ChangePassword(ctx, nil, password, "nam sau bay tam"); content.CodeOf(err) != content.CodeRateLimited {
		t.Errorf("guessing the old password is answered %v", err)
	}
}

func TestChangePassword(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		first, err := h.FirstAdmin(t.Context())
		if err != nil || first == "" {
			t.Fatalf("the first password is %q, %v", first, err)
		}
		if again, err := h.FirstAdmin(t.Context()); again != "" || err != nil {
			t.Errorf("there is a second first administrator: %q, %v", again, err)
		}
		ctx, secret := h.signIn("admin", first)
		_, elsewhere := h.signIn("admin", first)
		if actor := auth.ActorOf(ctx); !actor.MustChangePassword || actor.Role != "" {
			t.Errorf("with a password that others know, the actor is %+v", actor)
		}
		if _, err := h.Accounts(ctx); content.CodeOf(err) != content.CodeForbidden {
			t.Errorf("before the password is changed, accounts are answered %v", err)
		}
		for _, wrong := range [][3]string{
			{first, "short", "INVALID newPassword"},
			{first, first, "INVALID newPassword"},
			{"something else", password, "INVALID password"},
		} {
			if _, err := h.ChangePassword(ctx, nil, wrong[0], wrong[1]); problem(err) != wrong[2] {
				t.Errorf("%q to %q is answered %v", wrong[0], wrong[1], err)
			}
		}
		if _, err := h.ChangePassword(t.Context(), nil, first, password); content.CodeOf(err) != content.CodeUnauthenticated {
			t.Errorf("a stranger is answered %v", err)
		}
		actor, err := h.ChangePassword(ctx, nil, first, password)
		if err != nil || actor.MustChangePassword || actor.Role != content.RoleAdmin {
			t.Fatalf("afterwards the actor is %+v, %v", actor, err)
		}
		h.out("another session of the account", elsewhere)
		if all, err := h.Accounts(h.as(secret)); err != nil || len(all) != 1 {
			t.Errorf("accounts are %v, %v", all, err)
		}
		if _, err := h.SignIn(t.Context(), nil, "admin", first, address); problem(err) == "" {
			t.Errorf("the old password is answered %v", err)
		}
		h.signIn("admin", password)
	})
}

func TestAccountsOfPeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		boss := h.account("boss", content.RoleAdmin)
		ctx, _ := h.signIn("boss", password)
		a, made, err := h.CreateAccount(ctx, nil,
			people.NewAccount{Login: "Lan", Name: " Lan  Anh ", Role: content.RoleWriter})
		if err != nil || a.Login != "lan" || a.Name != "Lan Anh" || !a.MustChangePassword || made == "" ||
			strings.Contains(a.Password, made) {
			t.Fatalf("the account is %+v with %q, %v", a, made, err)
		}
		for want, n := range map[string]people.NewAccount{
			"TAKEN input.login":      {Login: "LAN", Name: "x", Role: content.RoleReader},
			"INVALID input.login":    {Login: "la n", Name: "x", Role: content.RoleReader},
			"REQUIRED input.name":    {Login: "x1", Name: " ", Role: content.RoleReader},
			"TOO_LONG input.name":    {Login: "x2", Name: strings.Repeat("x", 201), Role: content.RoleReader},
			"INVALID input.role":     {Login: "x3", Name: "x", Role: "OWNER"},
			"INVALID input.password": {Login: "x4", Name: "x", Role: content.RoleReader, Password: "short"},
		} {
			if got, _, err := h.CreateAccount(ctx, nil, n); problem(err) != want || got != nil {
				t.Errorf("want %s: %+v, %v", want, got, err)
			}
		}

		_, secret := h.signIn("lan", made)
		got, _, err := h.UpdateAccount(ctx, nil, a.ID, people.AccountUpdate{Name: new("Lan"), Disabled: new(true)})
		if err != nil || got.Name != "Lan" || got.DisabledAt == nil {
			t.Fatalf("disabled: %+v, %v", got, err)
		}
		h.out("a session of a disabled account", secret)
		if _, err := h.SignIn(t.Context(), nil, "lan", made, address); problem(err) == "" {
			t.Errorf("a disabled account signs in: %v", err)
		}
		if got, _, err = h.UpdateAccount(ctx, nil, a.ID, people.AccountUpdate{Disabled: new(false)}); err != nil ||
			got.DisabledAt != nil {
			t.Fatalf("enabled: %+v, %v", got, err)
		}
		h.out("a session from before", secret)
		_, secret = h.signIn("lan", made)
		if _, _, err := h.UpdateAccount(ctx, nil, a.ID, people.AccountUpdate{Password: new(password)}); err != nil {
			t.Fatal(err)
		}
		h.out("a session with the password before", secret)
		writer, _ := h.signIn("lan", password)
		if !auth.ActorOf(writer).MustChangePassword {
			t.Error("a password that the administrator chose is for good")
		}
		if _, made, err = h.UpdateAccount(h.operator(), nil, a.ID, people.AccountUpdate{Password: new("")}); made == "" ||
			err != nil {
			t.Fatalf("the new password is %q, %v", made, err)
		}
		h.signIn("lan", made)

		for what, u := range map[string]people.AccountUpdate{
			"disabled": {Disabled: new(true)}, "demoted": {Role: new(content.RoleEditor)},
			"given a password": {Password: new(password)},
		} {
			if _, _, err := h.UpdateAccount(ctx, nil, boss.ID, u); problem(err) != "ILLEGAL_MOVE id" {
				t.Errorf("the own account is %s: %v", what, err)
			}
			if _, _, err := h.UpdateAccount(h.operator(), nil, boss.ID, u); what != "given a password" &&
				problem(err) != "ILLEGAL_MOVE id" {
				t.Errorf("the last administrator is %s: %v", what, err)
			}
		}
		if _, _, err := h.UpdateAccount(ctx, nil, "account_x", people.AccountUpdate{}); problem(err) != "NOT_FOUND id" {
			t.Errorf("no account is answered %v", err)
		}
		for who, actor := range map[content.Code]*content.Actor{
			content.CodeUnauthenticated: nil, content.CodeForbidden: {ID: a.ID, Role: content.RoleEditor},
		} {
			ctx := auth.WithActor(t.Context(), actor)
			_, listed := h.Accounts(ctx)
			_, _, created := h.CreateAccount(ctx, nil, people.NewAccount{Login: "y1", Name: "y", Role: content.RoleAdmin})
			_, _, updated := h.UpdateAccount(ctx, nil, a.ID, people.AccountUpdate{Role: new(content.RoleAdmin)})
			_, tokens := h.Tokens(ctx)
			_, _, token := h.CreateToken(ctx, nil, people.NewToken{Name: "y", Role: content.RoleReader})
			_, revoked := h.RevokeToken(ctx, nil, "token_1")
			for _, err := range []error{listed, created, updated, tokens, token, revoked} {
				if content.CodeOf(err) != who {
					t.Errorf("want %s, got %v", who, err)
				}
			}
		}
	})
}

// TestLastAdmins demotes two administrators at the same time. One of them stays an administrator.
func TestLastAdmins(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		a, b := h.account("lan", content.RoleAdmin), h.account("minh", content.RoleAdmin)
		for range 5 {
			var wg sync.WaitGroup
			for _, account := range []*content.Account{a, b} {
				wg.Go(func() {
					_, _, err := h.UpdateAccount(h.operator(), nil, account.ID, people.AccountUpdate{Role: new(content.RoleReader)})
					if err != nil && problem(err) != "ILLEGAL_MOVE id" {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n, err := h.store.EnabledAdmins(t.Context()); n < 1 || err != nil {
				t.Fatalf("%d administrators are left, %v", n, err)
			}
			for _, account := range []*content.Account{a, b} {
				if _, _, err := h.UpdateAccount(h.operator(), nil, account.ID,
					people.AccountUpdate{Role: new(content.RoleAdmin)}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestTokens(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		h := open(t, e)
		expires := h.now().Add(time.Hour)
		n := people.NewToken{
			Name: "Feed", Role: content.RoleEditor, Kinds: []content.Kind{content.KindArticle, content.KindArticle},
			Actions: []content.Action{content.ActionRead}, ExpiresAt: &expires,
		}
		token, secret, err := h.CreateToken(h.operator(), nil, n)
		if err != nil || token.CreatedBy != people.Operator.ID || token.Hash == secret ||
			!strings.HasPrefix(secret, "sent_") {
			t.Fatalf("the token is %+v, %v", token, err)
		}
		actor := auth.ActorOf(h.as(secret))
		if actor.ID != token.ID || actor.Role != content.RoleEditor || len(actor.Kinds) != 1 || len(actor.Actions) != 1 ||
			actor.Session != "" {
			t.Errorf("the actor is %+v", actor)
		}
		lastUse := func() time.Time {
			t.Helper()
			all, err := h.Tokens(h.operator())
			if err != nil || len(all) != 1 || all[0].LastUsedAt == nil {
				t.Fatalf("tokens are %+v, %v", all, err)
			}
			return *all[0].LastUsedAt
		}
		first := lastUse()
		h.pass(59 * time.Second)
		h.as(secret)
		if !lastUse().Equal(first) {
			t.Error("each use is written")
		}
		h.pass(time.Second)
		h.as(secret)
		if !lastUse().Equal(first.Add(time.Minute)) {
			t.Error("the last use is not written after a minute")
		}
		h.pass(time.Hour)
		h.out("an expired token", secret)
		h.out("an unknown token", auth.NewSecret(auth.SecretToken))

		lasting, secret, err := h.CreateToken(h.operator(), nil, people.NewToken{Name: "App", Role: content.RoleReader})
		if err != nil {
			t.Fatal(err)
		}
		h.as(secret)
		if got, err := h.RevokeToken(h.operator(), nil, lasting.ID); err != nil || got.RevokedAt == nil {
			t.Errorf("revoked: %+v, %v", got, err)
		}
		h.out("a revoked token", secret)
		if _, err := h.RevokeToken(h.operator(), nil, "token_x"); problem(err) != "NOT_FOUND id" {
			t.Errorf("no token is answered %v", err)
		}
		past := h.now()
		for want, n := range map[string]people.NewToken{
			"REQUIRED input.name":     {Role: content.RoleReader},
			"INVALID input.role":      {Name: "x"},
			"REQUIRED input.kinds":    {Name: "x", Role: content.RoleReader, Kinds: []content.Kind{}},
			"INVALID input.kinds":     {Name: "x", Role: content.RoleReader, Kinds: []content.Kind{"X"}},
			"REQUIRED input.actions":  {Name: "x", Role: content.RoleReader, Actions: []content.Action{}},
			"INVALID input.expiresAt": {Name: "x", Role: content.RoleReader, ExpiresAt: &past},
		} {
			if _, _, err := h.CreateToken(h.operator(), nil, n); problem(err) != want {
				t.Errorf("want %s: %v", want, err)
			}
		}
	})
}

// TestVietnamese checks that problems are in the editor's language.
func TestVietnamese(t *testing.T) {
	h := open(t, testkit.Embedded(t))
	_, err := h.SignIn(t.Context(), []content.Locale{"vi"}, "nobody", password, address)
	if err == nil || err.Error() != "Tên đăng nhập hoặc mật khẩu không đúng." {
		t.Error(err)
	}
}

func TestPermissions(t *testing.T) {
	told := func(actor *content.Actor) (list []string) {
		for _, p := range people.Permissions(actor) {
			list = append(list, fmt.Sprint(p.Action, p.Kinds))
		}
		return list
	}
	for _, test := range []struct {
		name  string
		actor *content.Actor
		want  []string
	}{
		{"a guest", &content.Actor{Preview: "article_1"}, nil},
		{"a one-time password", &content.Actor{MustChangePassword: true}, nil},
		{
			"a narrow token", &content.Actor{
				Role: content.RoleAdmin, Kinds: []content.Kind{content.KindArticle, content.KindTag},
				Actions: []content.Action{content.ActionRead, content.ActionDeleteForever, content.ActionAccounts},
			}, []string{"READ[Article Tag]", "DELETE_FOREVER[Article Tag]"},
		},
		{
			"a token for people", &content.Actor{Role: content.RoleAdmin, Actions: []content.Action{content.ActionAccounts}},
			[]string{"ACCOUNTS[]"},
		},
	} {
		if diff := cmp.Diff(test.want, told(test.actor)); diff != "" {
			t.Errorf("%s:\n%s", test.name, diff)
		}
	}
}

// TestTokensUseStoreTime checks that tokens end by the store's time, not by the program's clock.
func TestTokensUseStoreTime(t *testing.T) {
	store := storage.New(storage.Options{
		Engine: testkit.MongoDB(t).Open(t), Log: testkit.Log(t), Clock: func() time.Time { return time.Now().Add(time.Hour) },
	})
	t.Cleanup(store.Close)
	if err := store.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	persons := people.New(store, people.Options{})
	if off := time.Until(persons.Now()).Abs(); off > time.Minute {
		t.Errorf("the time of tokens is wrong by %s", off)
	}
}
