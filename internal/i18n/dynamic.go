package i18n

// Dynamic lists the prefixes of keys that the program builds from a value, such
// as "role." + role. Their keys count as used; add a prefix here when you build
// one, and a test that every value of the enum Has its key.
var Dynamic = []string{
	"activity.verb.",
	"bucket.",
	"cause.",
	"design.",
	"edition.",
	"gate.",
	"language.",
	"party.",
	"role.",
	"rung.",
	"state.",
	"theme.",
	"density.",
}
