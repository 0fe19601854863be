package domain

import "slices"

// Edition is an edition of ISO/IEC 27001.
type Edition string

const (
	Edition2013 Edition = "2013"
	Edition2022 Edition = "2022"
)

// Editions lists the editions, oldest first.
var Editions = []Edition{Edition2013, Edition2022}

// Valid reports whether e is a known edition.
func (e Edition) Valid() bool { return slices.Contains(Editions, e) }

// Other returns the other edition.
func (e Edition) Other() Edition {
	if e == Edition2013 {
		return Edition2022
	}
	return Edition2013
}

// Standard returns the full designation, "ISO/IEC 27001:2022".
func (e Edition) Standard() string { return "ISO/IEC 27001:" + string(e) }

// Edition2013Ended is the last day on which any certificate to the 2013 edition
// could be valid. Source: IAF MD 26:2023, end of the transition period.
var Edition2013Ended = MustDate("2025-10-31")

// Ref names a requirement. It always carries its edition, for A.8.2 exists in
// both editions and means different things.
type Ref struct {
	Edition Edition `json:"edition"`
	Code    string  `json:"code"` // "4.1", "A.5.7", "A.12.4.1"
}

// String returns "2022 A.5.7".
func (r Ref) String() string { return string(r.Edition) + " " + r.Code }

// RequirementLevel places a requirement in its edition's table of contents.
type RequirementLevel string

const (
	LevelClause    RequirementLevel = "clause"    // clauses 4 to 10
	LevelTheme     RequirementLevel = "theme"     // 2022: A.5 to A.8
	LevelDomain    RequirementLevel = "domain"    // 2013: A.5 to A.18
	LevelObjective RequirementLevel = "objective" // 2013: A.5.1 and so on
	LevelControl   RequirementLevel = "control"   // Annex A controls
)

// Text is a short text in both interface languages.
type Text struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// In returns the text in a language, English when that one is missing.
func (t Text) In(lang string) string {
	if lang == "fr" && t.FR != "" {
		return t.FR
	}
	return t.EN
}

// Requirement is a clause or an Annex A entry of one edition: its identifier
// and short title only. The text of the standard is never reproduced.
type Requirement struct {
	Ref        Ref
	Level      RequirementLevel
	Parent     string // code of the entry above it, or ""
	Title      Text
	NewIn2022  bool
	Attributes Attributes
	Order      int // position in the edition's table of contents, from 0
}

// Attributes are the five attribute columns of ISO/IEC 27002:2022, names only.
type Attributes struct {
	ControlType             []string
	SecurityProperties      []string
	CybersecurityConcepts   []string
	OperationalCapabilities []string
	SecurityDomains         []string
}

// Relation says how a row of the crosswalk joins the two editions.
type Relation string

const (
	RelationOneToOne   Relation = "one-to-one"
	RelationRenumbered Relation = "renumbered" // same clause under another number
	RelationSame       Relation = "same"
	RelationMerged     Relation = "merged" // several 2013 entries became one of 2022
	RelationSplit      Relation = "split"  // one 2013 entry became several of 2022
	RelationNew        Relation = "new"    // 2022 entry with no 2013 source
)

// Relations lists the relations.
var Relations = []Relation{RelationOneToOne, RelationRenumbered, RelationSame, RelationMerged, RelationSplit, RelationNew}

// CrosswalkRow is one pair of the crosswalk between the editions. For a new
// entry From is "".
type CrosswalkRow struct {
	Level    RequirementLevel
	From     string // 2013 code
	To       string // 2022 code
	Relation Relation
	Source   string
}

// CloudControl is one of the seven controls that ISO/IEC 27017 adds to Annex A
// of the 2013 edition. The French wording is the provider's, not the standard's.
type CloudControl struct {
	Code         string // "CLD.6.3.1"
	Title        Text
	InInitiative bool // Azure's built-in initiative for ISO/IEC 27017 covers it
	Source       string
}
