/* ids.h: the fixed tokens and ids of the sandbox's world, so that tests can name them. */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#define SB_TELEGRAM_TOKEN "1000001:SANDBOX-TOKEN"
#define SB_NOTION_TOKEN   "ntn_sandbox_token"
#define SB_CODA_TOKEN     "00000000-c0da-4000-8000-000000000001"
#define SB_ADMIN_ID       "1001"
/* Grist: the owner's key, one that may only read, one that edits but does not see everything. */
#define SB_GRIST_TOKEN   "grist-sandbox-key-0123456789abcdef"
#define SB_GRIST_VIEWER  "grist-viewer-key-0123456789abcdef0"
#define SB_GRIST_PARTIAL "grist-partial-key-0123456789abcdef"

/* Notion: databases (what a person copies from the address bar) and their data sources. */
#define SB_DB_PEOPLE     "0f0e0d0c-0001-4000-8000-00000000db01"
#define SB_DB_TEAMS      "0f0e0d0c-0002-4000-8000-00000000db02"
#define SB_DB_LEADS      "0f0e0d0c-0003-4000-8000-00000000db03"
#define SB_DB_VOLUNTEERS "0f0e0d0c-0004-4000-8000-00000000db04"
#define SB_DB_MULTI      "0f0e0d0c-0005-4000-8000-00000000db05"
#define SB_DB_TYPES      "0f0e0d0c-0006-4000-8000-00000000db06"
#define SB_DB_ROLES      "0f0e0d0c-0007-4000-8000-00000000db07"
#define SB_DB_BADGES     "0f0e0d0c-0008-4000-8000-00000000db08"

#define SB_DS_PEOPLE     "da7a50ce-0001-4000-8000-00000000d501"
#define SB_DS_TEAMS      "da7a50ce-0002-4000-8000-00000000d502"
#define SB_DS_LEADS      "da7a50ce-0003-4000-8000-00000000d503"
#define SB_DS_VOLUNTEERS "da7a50ce-0004-4000-8000-00000000d504"
#define SB_DS_MULTI_A    "da7a50ce-0005-4000-8000-00000000d505"
#define SB_DS_MULTI_B    "da7a50ce-0006-4000-8000-00000000d506"
#define SB_DS_TYPES      "da7a50ce-0007-4000-8000-00000000d507"
#define SB_DS_ROLES      "da7a50ce-0008-4000-8000-00000000d508"
#define SB_DS_BADGES     "da7a50ce-0009-4000-8000-00000000d509"

#define SB_NOTION_BOT  "b0700000-0000-4000-8000-0000000000b0"
#define SB_NOTION_USER "5e000000-0000-4000-8000-0000000000e1"

/* Coda: one document. */
#define SB_CODA_DOC      "dSandbox01"
#define SB_CODA_PART     "grid-NnDAOlOFAu"
#define SB_CODA_PEOPLE   "grid-People0001"
#define SB_CODA_TEAMS    "grid-Teams00001"
#define SB_CODA_ARRIVALS "grid--SMbvhP-1c"

/* Grist: one document. */
#define SB_GRIST_DOC "sbGristFestival2026abc"

#endif
