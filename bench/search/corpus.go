package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// The parts of Vietnamese syllables. A syllable is an onset, a rime and a tone; the marks are combining characters that
// are composed with the first vowel.
var (
	onsets = strings.Fields("b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x")
	rimes  = strings.Fields(`a ac ai am an ang anh ao at au ay âm ân âng ât âu ây ăc ăm ăn ăng ăt e em en eo ê ên ênh êt êu
		i ia iêc iêm iên iêt iêu im in inh it o oan oang oc oi om on ong ôc ôi ôm ôn ông ôt ơi ơn ơt u ua uân ui um un ung
		uôc uôi uôn uông uy uyên ưa ưng ươc ươi ươn ương ưu`)
	tones = []string{"", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
)

// The sizes of the vocabulary, the number of usual successors of a word, and how often another word follows: once in
// changeEvery. Usual words follow Zipf's law; a rare word is in few articles.
const (
	usualWords, rareWords   = 4000, 20000
	titleWords, bodyWords   = 6, 380
	successors, changeEvery = 40, 5
	leadWords               = 15
	searchedOrganizations   = 60
	organizationWords       = 4
	queriesOfAKind          = 25
	minTypoLetters, seed    = 4, 1202
	paragraphWords          = 40
	firstYear, publishYears = 2010, 14
)

// corpus is a generated Vietnamese corpus. The same number of articles gives the same corpus.
type corpus struct {
	*rand.Rand
	usual, rare []string
	zipf        *rand.Zipf
	// next has the usual successors of each usual word. In real text few words follow a given one.
	next          [][]int
	organizations []*content.Organization
	articles      int
	// planted are the two rare words next to each other in the body of each article.
	planted []string
}

func newCorpus(articles int) *corpus {
	c := &corpus{Rand: rand.New(rand.NewPCG(seed, uint64(articles))), articles: articles}
	seen := map[string]bool{}
	word := func() string {
		for {
			if w := c.syllable() + " " + c.syllable(); !seen[w] {
				seen[w] = true
				return w
			}
		}
	}
	for range usualWords {
		c.usual = append(c.usual, word())
	}
	for range rareWords {
		c.rare = append(c.rare, word())
	}
	c.zipf = rand.NewZipf(c.Rand, 1.1, 4, usualWords-1)
	c.next = make([][]int, usualWords)
	for i := range c.next {
		for range successors {
			c.next[i] = append(c.next[i], int(c.zipf.Uint64()))
		}
	}
	shorts := map[string]bool{}
	for n := 0; n < searchedOrganizations; {
		name := make([]string, organizationWords)
		for i := range name {
			name[i] = c.usual[c.IntN(usualWords)]
		}
		whole, short := strings.Join(name, " "), ""
		for syllable := range strings.FieldsSeq(whole) {
			r, _ := utf8.DecodeRuneInString(syllable)
			short += string(unicode.ToUpper(r))
		}
		if shorts[short] {
			continue
		}
		shorts[short] = true
		c.organizations = append(c.organizations, &content.Organization{
			Base: base("organization", n, firstYear), Name: text(capital(whole)), ShortName: text(short),
		})
		n++
	}
	return c
}

func text(s string) content.Text { return content.Text{"vi": s} }

func (c *corpus) syllable() string {
	onset, rime := onsets[c.IntN(len(onsets))], rimes[c.IntN(len(rimes))]
	letters := []rune(rime)
	at := 0
	for i, r := range letters {
		if strings.ContainsRune("âăêôơư", r) {
			at = i
		}
	}
	marked := string(letters[:at+1]) + tones[c.IntN(len(tones))] + string(letters[at+1:])
	return norm.NFC.String(onset + marked)
}

func base(prefix string, n, year int) content.Base {
	at := time.Date(year, time.Month(1+n%12), 1+n%28, n%24, n%60, 0, 0, time.UTC)
	return content.Base{
		ID: content.ID(fmt.Sprintf("%s_%06d", prefix, n)), Slug: fmt.Sprintf("%s-%d", prefix, n), Version: 1,
		CreatedAt: at, UpdatedAt: at, PublishedAt: at,
	}
}

// sentence returns n usual words.
func (c *corpus) sentence(n int) string {
	some := make([]string, n)
	word := int(c.zipf.Uint64())
	for i := range some {
		some[i] = c.usual[word]
		if word = c.next[word][c.IntN(successors)]; c.IntN(changeEvery) == 0 {
			word = int(c.zipf.Uint64())
		}
	}
	return strings.Join(some, " ")
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// article returns the nth article: its title has a rare word, every fifth title names an organization, and its
// body has two rare words next to each other.
func (c *corpus) article(n int) *content.Article {
	title := c.sentence(titleWords) + " " + c.rare[c.IntN(rareWords)]
	if n%5 == 0 {
		title += " " + c.organizations[n/5%len(c.organizations)].Name["vi"]
	}
	pair := c.rare[c.IntN(rareWords)] + " " + c.rare[c.IntN(rareWords)]
	c.planted = append(c.planted, pair)
	var blocks []content.Block
	for done := 0; done < bodyWords; done += paragraphWords {
		paragraph := c.sentence(paragraphWords)
		if done == paragraphWords {
			paragraph += " " + pair + " " + c.sentence(5)
		}
		blocks = append(blocks,
			content.Block{Paragraph: &content.ParagraphBlock{Spans: []content.Span{{Text: capital(paragraph) + "."}}}})
	}
	return &content.Article{
		Base: base("article", n, firstYear+n%publishYears), Title: text(capital(title)),
		Lead: text(capital(c.sentence(leadWords))), Body: content.RichText{"vi": blocks},
	}
}

// question is a query whose right answer is known.
type question struct {
	kind, text string
	right      content.ID
}

// questionKinds are the kinds of queries, in the order of the report.
var questionKinds = []string{
	"exact title", "no accents", "d for đ", "NFD", "abbreviation", "one typo", "prefix", "two words of a body",
}

// questions returns queries for the articles of a corpus.
func (c *corpus) questions(articles []*content.Article) (all []question) {
	add := func(kind, text string, right content.ID) { all = append(all, question{kind, text, right}) }
	pick := func(so func(*content.Article) bool) *content.Article {
		for {
			if a := articles[c.IntN(len(articles))]; so(a) {
				return a
			}
		}
	}
	any := func(*content.Article) bool { return true }
	for range queriesOfAKind {
		a := pick(any)
		add("exact title", a.Title["vi"], a.ID)
		a = pick(any)
		add("no accents", strings.ToLower(content.Fold(a.Title["vi"])), a.ID)
		a = pick(func(a *content.Article) bool { return strings.ContainsAny(a.Title["vi"], "đĐ") })
		add("d for đ", strings.NewReplacer("đ", "d", "Đ", "D").Replace(a.Title["vi"]), a.ID)
		a = pick(any)
		add("NFD", norm.NFD.String(a.Title["vi"]), a.ID)
		a = pick(func(a *content.Article) bool { return len(strings.Fields(a.Title["vi"])) > 2*titleWords+2 })
		title := strings.Fields(a.Title["vi"])
		own := title[2*titleWords : 2*titleWords+2] // its rare word
		for _, o := range c.organizations {
			if strings.HasSuffix(a.Title["vi"], o.Name["vi"]) {
				add("abbreviation", strings.Join(own, " ")+" "+o.ShortName["vi"], a.ID)
			}
		}
		a = pick(any)
		add("one typo", c.typo(content.Fold(a.Title["vi"])), a.ID)
		a = pick(any)
		folded := []rune(content.Fold(a.Title["vi"]))
		add("prefix", string(folded[:len(folded)*4/5]), a.ID)
	}
	for range queriesOfAKind {
		n := c.IntN(len(articles))
		add("two words of a body", c.planted[n], articles[n].ID)
	}
	return all
}

// typo replaces one letter in one word of four letters or more.
func (c *corpus) typo(s string) string {
	words := strings.Fields(s)
	for {
		i := c.IntN(len(words))
		if letters := []rune(words[i]); len(letters) >= minTypoLetters {
			letters[1+c.IntN(len(letters)-1)] = rune('a' + c.IntN(26))
			words[i] = string(letters)
			return strings.Join(words, " ")
		}
	}
}
