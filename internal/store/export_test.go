package store

import "gorm.io/gorm"

// Rows lists every row type, for comparing them with the schema.
var Rows = []any{
	organizationRow{}, personRow{}, membershipRow{}, sessionRow{}, throttleRow{}, engagementRow{}, controlRow{}, controlRequirementRow{},
	serviceRow{}, certificateRow{}, reportRow{}, splitRow{}, responsibilityRow{}, responsibilityEvidenceRow{}, relianceRow{},
	relianceCertificateRow{}, ownershipRow{}, soaEntryRow{}, soaVersionRow{}, evidenceRow{}, evidenceVersionRow{}, evidenceControlRow{},
	reviewRow{}, testRow{}, packRow{}, packBlobRow{}, activityRow{}, revisionRow{}, importFileRow{}, disputeRow{}, catalogueRow{},
	searchDocRow{}, searchProgressRow{}, evidenceTextRow{}, evidenceCountRow{},
	uploadRow{}, evidenceScanRow{},
	scrubSliceRow{}, blobDamageRow{}, blobOrphanRow{}, upkeepRow{},
	requestRow{}, requestControlRow{}, requestAnswerRow{}, requestReminderRow{},
	logHeadRow{}, logLeafRow{}, logNodeRow{}, logRowRow{}, logCheckpointRow{},
	sightingRow{}, removalRow{},
}

// Writer is the handle that writes, for tests that ask the database itself.
func (s *Store) Writer() *gorm.DB { return s.write }

// TenantTables lists the tables that carry an organization.
var TenantTables = tenantTables

// IndexTables are the full-text indexes, which hold nothing of their own.
var IndexTables = []string{"search_titles", "search_words"}

// Unwatched lists the tables that the log does not vouch for.
var Unwatched = unwatched

// StopLog ends watching, to measure what the log costs.
func (s *Store) StopLog() error {
	s.silent = true
	for _, w := range s.log.tables {
		if s.dialect == "postgres" {
			if err := s.write.Exec("DROP TRIGGER log_touch_" + w.name + " ON " + w.name).Error; err != nil {
				return err
			}
			continue
		}
		for _, event := range []string{"insert", "update", "delete"} {
			if err := s.write.Exec("DROP TRIGGER temp.log_" + w.name + "_" + event).Error; err != nil {
				return err
			}
		}
	}
	return nil
}
