package i18n

// Dynamic lists the prefixes of keys that the program builds from a value, such
// as "role." + role. Their keys count as used; add a prefix here when you build
// one, and a test that every value of the enum Has its key.
var Dynamic = []string{
	"bucket.",
	"cause.",
	"common.month.",
	"common.month_short.",
	"density.",
	"driver.",
	"engagement_kind.",
	"environment.",
	"error.title.",
	"evidence_kind.",
	"gate.",
	"ground.",
	"language.",
	"method.",
	"model.",
	"party.",
	"readiness.",
	"report_kind.",
	"review_reason.",
	"role.",
	"rung.",
	"sensitivity.",
	"state.",
	"theme.",
	"validity.",
}
