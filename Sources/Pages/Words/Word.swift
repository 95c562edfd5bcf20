/// What pages say. Each language has a file with a text for every case: one that is missing does not compile. Places for
/// values are written `{}`.
enum Word: CaseIterable {
    case nothing, none, reportTitle, reportLead, vault, made, clock, clockZone, policy, reads, lookups, records
    case customers, people, changes, refused, remarkable, standsOut, standsOutLead, nothingStandsOut, remark
    case meaning, count, newest, remarkEmergency, remarkEmergencyMeaning, remarkAlert, remarkAlertMeaning
    case remarkClock, remarkClockMeaning, remarkAborted, remarkAbortedMeaning, remarkStrangers
    case remarkStrangersMeaning, remarkDenied, remarkDeniedMeaning, remarkCards, remarkCardsMeaning, newestEvents,
        andMore, entry, time, kind
    case who, role, reason, purpose, noPurpose, fields, when, perDay, perDayDesc, perHour, perHourDesc
    case columnTitle, day, hour, daysTable, hoursTable, total, whoTitle, perPerson, perPersonDesc, breadth
    case breadthDesc, barTitle, barsMore, activeDays, last, peopleTable, whatFor, perPurpose, perPurposeDesc
    case refusals, perReason, perReasonDesc, persons, especially, customerExports
    case logExports, logReadings, approvalsAsked, approvalsGiven, approvalsUsed, emergencies, emergencyTable
    case state, reviewed, late, open, overdueState, overdue, overdueLead, noOverdue, given, ends, due, ended
    case erasures, noErasures, coverage, coverageLead, entriesOfMonth, fromTo, gaps, noGaps, purgedGap
    case withheldGap, withoutSubject, withoutSubjectMeaning, skipped, skippedMeaning, starts, checkpoint
    case checkpointText, origin, witness, noWitness, witnessText, source, sourceBroker, sourceExport, howCounted
    case slipTitle, slipLead, slipNumber, slipPeriod, slipNone, slipTimes, slipSummary, slipAll, what, form
    case formFull, formMasked, formMatch, how, howRead, howLookup, howEmergency, howExport, slipPurged
    case erasureTitle, erasureLead, erasureAsked, erasureLevel, erasureLevelText, erasureKeys, erasureDeleted
    case erasureKept, erasureKeptMeaning, erasureNothingKept, erasureArchives, erasureNoArchives, erasureLedger
    case erasureLevelArchives, erasureArchivesGone, erasureArchivesUntil, erasureArchivesReport, erasureArchivesCaveat
    case erasureArchivesNever
    case erasureID, erasureResidual, erasureFooter, erasuresAsked, erasuresUndone, erasuresDone, entries
    case archives, archivesLead, archivesMade, archivesCarried, archivesRemoved, noArchives, archiveSet, drills
    case drillsFailed, noDrills, drillTier, drillResult, drillTook, drillAge, tierCards, tierStructure, drillPassed
    case drillFailed, inSeconds, inHours, remarkDrill, remarkDrillMeaning
    case slipFooter, slipFooterNames, slipSign, slipReceived, authority, howCompared, slipCovers
}
