package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"sen/internal/auth"
	"sen/internal/content"
)

func TestPasswords(t *testing.T) {
	p := auth.NewPasswords()
	ctx := t.Context()
	const password = "Hà Nội mùa thu"
	hash, err := p.Hash(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	again, err := p.Hash(ctx, password)
	if err != nil || again == hash {
		t.Errorf("the same password has the same hash, %v", err)
	}
	for _, test := range []struct {
		hash, password string
		want           bool
	}{
		{hash, password, true},
		{hash, norm.NFD.String(password), true}, // in Unicode NFD, as some systems type it
		{hash, "Ha Noi mua thu", false},
		{hash, "", false},
		{hash, strings.Repeat("x", 100_000), false},
		{"", password, false},
		{"", "", false},
	} {
		before := p.Hashed()
		got, err := p.Matches(ctx, test.hash, test.password)
		if err != nil || got != test.want {
			t.Errorf("%q is %t, %v", test.password, got, err)
		}
		if n := p.Hashed() - before; n != 1 && len(test.password) <= auth.MaxPassword {
			t.Errorf("%q of an account (%t) took %d hashings", test.password, test.hash != "", n)
		}
	}
	for _, hash := range []string{
		"x", "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
	} {
		if ok, err := p.Matches(ctx, hash, password); ok || err == nil {
			t.Errorf("the hash %s gives %t, %v", hash, ok, err)
		}
	}
	for _, bad := range []string{"", "chín ký t", strings.Repeat("x", auth.MaxPassword+1)} {
		if _, err := p.Hash(ctx, bad); content.CodeOf(err) != content.CodeBadUserInput {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
	if err := auth.CheckPassword("mười ký tự"); err != nil {
		t.Error(err)
	}
	if err := auth.CheckPassword(auth.NewPassword()); err != nil {
		t.Error(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for range 50 { // select may choose the free slot instead of the ended context, but not always
		if _, err = p.Matches(gone, hash, password); err != nil {
			return
		}
	}
	t.Error("hashing ignores its context")
}

func TestSecrets(t *testing.T) {
	for _, kind := range []auth.SecretKind{auth.SecretSession, auth.SecretToken} {
		a, b := auth.NewSecret(kind), auth.NewSecret(kind)
		if a == b || !strings.HasPrefix(a, string(kind)) || len(a) != 5+43 {
			t.Errorf("secrets are %s and %s", a, b)
		}
		if auth.HashSecret(a) == auth.HashSecret(b) || len(auth.HashSecret(a)) != 64 {
			t.Errorf("the hash is %s", auth.HashSecret(a))
		}
	}
}

func TestSigner(t *testing.T) {
	s, other := auth.NewSigner([]byte(strings.Repeat("k", 32))), auth.NewSigner([]byte(strings.Repeat("l", 32)))
	signature := s.Sign("media", "id", "640")
	for _, test := range []struct {
		name string
		got  bool
		want bool
	}{
		{"its own", s.Verify(signature, "media", "id", "640"), true},
		{"another purpose", s.Verify(signature, "preview", "id", "640"), false},
		{"parts cut otherwise", s.Verify(signature, "media", "id6", "40"), false},
		{"parts joined", s.Verify(signature, "media", "id640"), false},
		{"another key", other.Verify(signature, "media", "id", "640"), false},
		{"nothing", s.Verify("", "media", "id", "640"), false},
		{"something behind it", s.Verify(signature+"A", "media", "id", "640"), false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %t", test.name, test.got)
		}
	}
}

func TestPreview(t *testing.T) {
	s := auth.NewSigner([]byte(strings.Repeat("k", 32)))
	now := time.Unix(1_700_000_000, 0).UTC()
	const id = content.ID("article_1")
	want := auth.Preview{Entry: id, Maker: "account_1", Mark: "a.b", Until: now.Add(time.Hour)}
	until := func(u time.Time) auth.Preview {
		p := want
		p.Until = u
		return p
	}
	token := s.Preview(want)
	if got, ok := s.ParsePreview(token, now); !ok || got != want {
		t.Errorf("it gives %+v, %t", got, ok)
	}
	for name, bad := range map[string]string{
		"nothing":            "",
		"too short":          "senp_AAAA",
		"another kind":       "sens_" + token[5:],
		"too long a life":    s.Preview(until(now.Add(auth.MaxPreview + time.Second))),
		"over":               s.Preview(until(now)),
		"another key":        auth.NewSigner(make([]byte, 32)).Preview(want),
		"another signature":  "senp_" + s.Sign("other", string(id)) + token[48:],
		"something after it": token + "AAAA",
	} {
		if got, ok := s.ParsePreview(bad, now); ok {
			t.Errorf("%s: it gives %+v", name, got)
		}
	}
	for i := len("senp_"); i < len(token); i++ {
		sign := byte('A')
		if token[i] == 'A' {
			sign = 'B'
		}
		if _, ok := s.ParsePreview(token[:i]+string(sign)+token[i+1:], now); ok {
			t.Errorf("sign %d may be changed", i)
		}
	}
}

func TestContext(t *testing.T) {
	if auth.ActorOf(t.Context()) != nil {
		t.Error("a stranger is someone")
	}
	actor := &content.Actor{ID: "account_1"}
	if auth.ActorOf(auth.WithActor(t.Context(), actor)) != actor {
		t.Error("the actor is lost")
	}
	auth.SetSession(t.Context(), auth.Session{Secret: "x"}) // without a client that stores it, this does nothing
	var kept auth.Session
	ctx := auth.WithClient(t.Context(), auth.Client{Address: "192.0.2.1", Keep: func(s auth.Session) { kept = s }})
	auth.SetSession(ctx, auth.Session{Secret: "x"})
	if kept.Secret != "x" || auth.AddressOf(ctx) != "192.0.2.1" {
		t.Errorf("kept is %v, from %s", kept, auth.AddressOf(ctx))
	}
}
