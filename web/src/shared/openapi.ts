// Written by web/types.mjs from web/openapi.json.
import type { Json } from "./types";

export interface paths {
    "/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for a second person (admin, audit) */
        get: operations["get_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{number}/sign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign what another person asked for, and so do it (admin) */
        post: operations["post_approvals_number_sign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{number}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw what waits for a second person (admin) */
        post: operations["post_approvals_number_withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/calendars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The working days of the parties */
        get: operations["get_calendars"];
        put?: never;
        /** Set working days of a party, year by year (admin) */
        post: operations["post_calendars"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cases this key may see */
        get: operations["get_cases"];
        put?: never;
        /** Start a case */
        post: operations["post_cases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A case, now or at a past position */
        get: operations["get_cases_id_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who read personal values of a case at this node */
        get: operations["get_cases_id_access"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say who of the office works at a case; nobody: null */
        post: operations["post_cases_id_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/choices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the asker could do next */
        get: operations["get_cases_id_choices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Claims of a case that were asked for, what was shown and how it compares */
        get: operations["get_cases_id_claims"];
        put?: never;
        /** Ask what a step of another party looked up, or show what one of ours did */
        post: operations["post_cases_id_claims"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/events/{event}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a step of a case */
        post: operations["post_cases_id_events_event_"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries, messages and receipts of a case */
        get: operations["get_cases_id_evidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The steps of a case */
        get: operations["get_cases_id_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/papers/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A paper of a case as PDF, by the name the pack gives it: `permission.pdf` */
        get: operations["get_cases_id_papers_file_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cases/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign the end of a dispute */
        post: operations["post_cases_id_settle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The position of the journal as it grows, as events */
        get: operations["get_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Channels to and from the other parties */
        get: operations["get_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/channels/{party}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a channel that was stopped (two principals) */
        post: operations["post_channels_party_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/circle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The agreement, its parties and their keys */
        get: operations["get_circle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/circle/editions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adopt a circle file (admin) */
        post: operations["post_circle_editions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/circle/left": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Parties that are of the circle no more, and what stands still with them (audit, admin) */
        get: operations["get_circle_left"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Books of clearing with their newest windows, or one with all, page by page (offices and auditors) */
        get: operations["get_clearing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/differences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The lines of a window on which the sides differ, with both sides' evidence */
        get: operations["get_clearing_id_differences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/differences.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file for a spreadsheet */
        get: operations["get_clearing_id_differences_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this side's next statement of a book would be */
        get: operations["get_clearing_id_draft"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/flows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What sheets of transfers say and what was ordered and booked, side by side, with totals and payment orders */
        get: operations["get_clearing_id_flows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/flows.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file for a spreadsheet */
        get: operations["get_clearing_id_flows_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/order.xml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The payment of a window, or a signed payment order, as a bank takes it (ISO 20022 pain.001) */
        get: operations["get_clearing_id_order_xml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/split": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What both agreed on in a window by who earned it, lines refused and lines taken back */
        get: operations["get_clearing_id_split"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What both sides agreed on in a window: the statement, the same bytes at both */
        get: operations["get_clearing_id_statement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/tariff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The editions of a book's tariff, who agreed to them, and what is proposed: what it changes */
        get: operations["get_clearing_id_tariff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clearing/{id}/what-if": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the taps of a book would come to under another tariff, with another deny list or both: documents handed in before */
        get: operations["get_clearing_id_what_if"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/clock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set the business day of a rehearsal (admin) */
        post: operations["post_clock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/colleagues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who works in the same office, or could work at a case */
        get: operations["get_colleagues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/discrepancies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures on which the parties differ, with the records that explain it (audit, admin) */
        get: operations["get_discrepancies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your documents that wait for a form */
        get: operations["get_documents"];
        put?: never;
        /** Deposit a document */
        post: operations["post_documents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your documents that have not come whole yet */
        get: operations["get_documents_uploads"];
        put?: never;
        /** Begin a document that comes in pieces */
        post: operations["post_documents_uploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/uploads/{upload}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The next piece of a document, from the offset where it goes on */
        post: operations["post_documents_uploads_upload_"];
        /** Give up a document that has not come whole */
        delete: operations["delete_documents_uploads_upload_"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/uploads/{upload}/finish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** All of a document has come: deposit it */
        post: operations["post_documents_uploads_upload_finish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes of a document */
        get: operations["get_documents_sha256_"];
        put?: never;
        post?: never;
        /** Take back a document that waits for a form */
        delete: operations["delete_documents_sha256_"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/documents/{sha256}/digest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The digest of a document's file, as sha256sum gives it */
        get: operations["get_documents_sha256_digest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All figures of the packs in force; with a date, their values */
        get: operations["get_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/figures/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell the other parties what figures are here (audit, admin) */
        post: operations["post_figures_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/figures/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A figure that nobody has adopted, counted over the records (offices) */
        post: operations["post_figures_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/figures/{pack}/{figure}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One figure on any date, by each party */
        get: operations["get_figures_pack_figure_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/figures/{pack}/{figure}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The records behind a figure */
        get: operations["get_figures_pack_figure_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the node is ready, and how far it is */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages that could not be decided */
        get: operations["get_held"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/held/{party}/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resolve a held message (admin, two people) */
        post: operations["post_held_party_seq_"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tasks and cases that wait for the roles of this key */
        get: operations["get_inbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/journal/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest signed checkpoint, or the newest that somebody has cosigned */
        get: operations["get_journal_checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/journal/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries of the journal (audit) */
        get: operations["get_journal_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/journal/proof/{position}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proof that an entry is in the log */
        get: operations["get_journal_proof_position_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/journal/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the journal is verified, and what was found (audit, admin) */
        get: operations["get_journal_verification"];
        put?: never;
        /** Verify the journal from its first entry (audit, admin) */
        post: operations["post_journal_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Keys of programs, the ended ones too (admin, audit) */
        get: operations["get_keys"];
        put?: never;
        /** Add a key; its secret is told once (admin) */
        post: operations["post_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say anew what a key may do (admin) */
        post: operations["post_keys_id_"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a key at once, for good (admin) */
        post: operations["post_keys_id_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a key a new secret (admin) */
        post: operations["post_keys_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a later day or a scenario changes, by place and for the region */
        get: operations["get_network_compare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People whom each unfinished line brings within the limit */
        get: operations["get_network_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/journey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Journeys from one place to another at a time, and over the day */
        get: operations["get_network_journey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/matrix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Median minutes between all places */
        get: operations["get_network_matrix"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/missed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trains that arrive after the last bus across the border has left */
        get: operations["get_network_missed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Minutes from a place to all others */
        get: operations["get_network_reach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Places, lines and roads with their openings, scenarios */
        get: operations["get_network_scenarios"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/network/sides": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lines and trains on which one side's word differs, and the pairs it would change */
        get: operations["get_network_sides"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the asker is told by e-mail, and where */
        get: operations["get_notices"];
        put?: never;
        /** Give an address; a code is sent to it, and nothing else before it has come back */
        post: operations["post_notices"];
        /** Be told no more; the address is forgotten */
        delete: operations["delete_notices"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notices/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the code that was sent */
        post: operations["post_notices_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The published overview, computed on any date */
        get: operations["get_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Packs held here */
        get: operations["get_packs"];
        put?: never;
        /** Adopt a pack (admin) */
        post: operations["post_packs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A pack as it was adopted */
        get: operations["get_packs_pack_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/books/{book}/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Balances of one kind of account; with a key, its postings */
        get: operations["get_packs_pack_books_book_kind_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/books/{book}/{kind}/months": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An account month by month */
        get: operations["get_packs_pack_books_book_kind_months"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/feeds/{feed}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Post a batch of lines */
        post: operations["post_packs_pack_feeds_feed_"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/pages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A pack as pages show it, in one language */
        get: operations["get_packs_pack_pages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/registers/{register}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records of a register */
        get: operations["get_packs_pack_registers_register_"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/registers/{register}/doubles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Records that are likely one */
        get: operations["get_packs_pack_registers_register_doubles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/registers/{register}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A record after each change, newest first */
        get: operations["get_packs_pack_registers_register_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/registers/{register}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fill a register (registrar) */
        post: operations["post_packs_pack_registers_register_records"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/registers/{register}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign which of two keepers of a record stands */
        post: operations["post_packs_pack_registers_register_settle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/report.pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The figures of a pack over a period, as PDF */
        get: operations["get_packs_pack_report_pdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/report.xlsx": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The figures of a pack over a period, as a spreadsheet */
        get: operations["get_packs_pack_report_xlsx"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packs/{pack}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Play the scenarios of a pack beside the node (admin, audit) */
        post: operations["post_packs_pack_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/privacy/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Where values of a subject stand: a person's number, a pseudonym or a case (admin) */
        post: operations["post_privacy_find"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/privacy/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Orders about personal values: erased, held, restricted, asked by peers (admin, audit) */
        get: operations["get_privacy_orders"];
        put?: never;
        /** Erase, hold or restrict the values of a subject (admin, two people) */
        post: operations["post_privacy_orders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/privacy/orders/{number}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lift a hold or a restriction, or refuse what a peer asked (admin, two people) */
        post: operations["post_privacy_orders_number_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/privacy/reads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who read what of a person at this node (admin) */
        post: operations["post_privacy_reads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/privacy/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What is kept of a subject, erased and restricted, and who read it (admin) */
        post: operations["post_privacy_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write the journal from now on, instead of the machine that does (of a node that stands by) */
        post: operations["post_promote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restored/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take writes again after a restore that no peer could confirm (two principals) */
        post: operations["post_restored_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cases and records by their public texts */
        get: operations["get_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search/persons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cases of a person by the whole number or name, where personal values may be seen */
        post: operations["post_search_persons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asks, and what he may do */
        get: operations["get_session"];
        put?: never;
        /** Sign in with an account of this node */
        post: operations["post_session"];
        /** Sign out */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/openid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sign in through the provider */
        get: operations["get_session_openid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/openid/back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider leads back to */
        get: operations["get_session_openid_back"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose a new password for one's own account; all its sessions end */
        post: operations["post_session_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/ways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How people sign in here */
        get: operations["get_session_ways"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/substitutes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who stands in for whom, now and later */
        get: operations["get_substitutes"];
        put?: never;
        /** Name who stands in for somebody who is away; nobody: null */
        post: operations["post_substitutes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open tasks for the roles of this key */
        get: operations["get_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{number}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a task done */
        post: operations["post_tasks_number_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts of people, the ended ones too (admin, audit) */
        get: operations["get_users"];
        put?: never;
        /** Add an account (admin) */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say anew what an account may do (admin) */
        post: operations["post_users_id_"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an account and its sessions, for good (admin) */
        post: operations["post_users_id_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give an account a new password; its sessions end (admin) */
        post: operations["post_users_id_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            balance: Json;
            key: string;
            key_titles?: string[];
        };
        AddedBy: {
            adds: Json;
            party: string;
        };
        Agreement: {
            digest: string;
            edition: number;
            effective: number;
            id: string;
            name: string;
        };
        Alarm: {
            code: string;
            party: string;
            text: string;
            time_ms: number;
        };
        Alike: {
            alike: string;
            keys: string[];
        };
        Approval: {
            act: Json;
            approval: number;
            asked_by: string;
            at_ms: number;
            counts: boolean;
            expired: boolean;
            until_ms: number;
            what: string;
            yours: boolean;
        };
        AskedClaim: {
            answered?: number;
            asked: number;
            asked_by: string;
            asked_of: string;
            content: string;
            on?: string;
            principal?: string;
            shown?: unknown[];
            standing: string;
            version?: number;
            why?: string;
        };
        Assigned: {
            by: string;
            note: string;
            /** Format: date */
            on: string;
            to: string;
        };
        ByRoad: {
            metres: number;
            minutes: number;
        };
        Calendar: {
            holidays: string[];
            party: string;
            version: number;
            workdays: string[];
            years: number[];
        };
        CallSaid: {
            arrives: string | null;
            departs: string | null;
            station: string;
        };
        Case: {
            assigned?: components["schemas"]["Assigned"];
            changed_at: number;
            data: {
                [key: string]: Json;
            };
            disputed: boolean;
            disputes?: components["schemas"]["Dispute"][];
            final?: boolean;
            id: string;
            /** Format: date */
            opened: string;
            owner?: string;
            pack: string;
            pack_digest: string;
            parent?: string;
            parties: {
                [key: string]: string;
            };
            position?: number;
            reached: components["schemas"]["Visit"][];
            service: string;
            /** Format: date */
            since: string;
            state: string;
            state_title?: string;
            title?: string;
            titles?: components["schemas"]["CaseTitles"];
            version: number;
        };
        CaseTitles: {
            data: Json;
            pack: string;
            parties: {
                [key: string]: string;
            };
        };
        Channel: {
            acked: number;
            backlog: number;
            clock_ahead_s?: number;
            cosigned: number;
            cosigned_ms: number;
            endpoint: string;
            held: number;
            last_contact_s: number;
            life_used_percent: number;
            party: string;
            phase: string;
            received: number;
            sent: number;
            stopped: string;
            trouble: string;
            up: boolean;
            witnessed: number;
        };
        Choice: {
            event: string;
            form?: string[];
            passes: boolean;
            roles?: string[];
            sign?: {
                [key: string]: string;
            };
            title?: string;
            why: string[];
        };
        Claim: {
            content?: string;
            fields?: Json;
            keeper: string;
            /** Format: date */
            on?: string;
        };
        ClaimSigned: {
            by: string;
            keeper: string;
            round: number;
            yields: string;
        };
        ClearingBook: {
            batch_party: string;
            batches: number;
            cap?: number;
            case: string;
            first: string;
            house?: string;
            kind: string;
            least?: number;
            name: string;
            order_party: string;
            own: string;
            pack: string;
            rows: number;
            second: string;
            services: Json;
            state: string;
            state_title: string;
            way?: string;
            windows: unknown[];
        };
        Clock: {
            clock: string;
            /** Format: date */
            due: string;
            fired: boolean;
        };
        Colleague: {
            /** Format: date */
            away_until?: string;
            name: string;
            person: string;
            substitute?: string;
        };
        Contested: {
            rows: components["schemas"]["ContestedRow"][];
            under: components["schemas"]["Under"][];
        };
        ContestedRow: {
            keeper: string;
            key: string;
            register: string;
            values: components["schemas"]["AddedBy"][];
        };
        Count: {
            count: number;
            in: string;
        };
        DenyList: {
            first?: string;
            last?: string;
            tokens: number;
        };
        Departure: {
            arrives: string;
            departs: string;
            minutes: number;
        };
        Deposit: {
            sha256: string;
            since_ms: number;
            until_ms: number;
        };
        Dispute: {
            by: string;
            content: string;
            detail: string;
            ended: number | null;
            kind: string;
            raised: number;
            reason: string;
            signatures: components["schemas"]["Signature"][];
        };
        Document: {
            media: string;
            name: string;
            sha256: string;
            size: number;
        };
        Edition: {
            case: string;
            digest: string;
            entries: number;
            keeper: string;
            name: string;
            number: number;
            /** Format: date */
            on: string;
            position: number;
        };
        EditionChange: {
            /** Format: date */
            from: string;
            prices: components["schemas"]["PriceChange"][];
            prices_in_all: number;
            rules: components["schemas"]["RuleChange"][];
            /** Format: date */
            to?: string;
            version: number;
        };
        Ended: {
            by: string;
            /** Format: date */
            on: string;
        };
        Entry: {
            channel?: string;
            events?: unknown[];
            evidence?: string;
            kind: string;
            leaf?: string;
            outcome?: string;
            position: number;
            proof?: string;
            reason?: string;
            seq?: number;
            time_ms: number;
        };
        Exposed: {
            cap?: number;
            first_owes: number;
            percent?: number;
            second_owes: number;
        };
        Fare: {
            class: string;
            fen: number;
            issuer: string;
            medium: string;
            tickets: components["schemas"]["RideTicket"][];
            without_tariff: number;
        };
        FareSums: {
            completed: number;
            denied: number;
            fare: number;
            faults: number;
            fee: number;
            from_issuer: number;
            from_place: number;
            off: number;
            refused: number;
            rides: number;
        };
        FareTrial: {
            now: components["schemas"]["FareSums"];
            then: components["schemas"]["FareSums"];
            who: string[];
        };
        Figure: {
            agree: Json;
            ahead?: boolean;
            /** Format: date */
            as_of: string;
            bound?: number | null;
            by_party?: components["schemas"]["PartyTold"][];
            by_side: components["schemas"]["Side"][];
            concerns?: string;
            contested?: components["schemas"]["Contested"];
            definition: string;
            editions?: components["schemas"]["ListInForce"][];
            error?: string;
            failed: number;
            figure: string;
            known_at: number;
            pack: string;
            period?: string[];
            printed: string;
            published?: components["schemas"]["Published"];
            published_rows?: components["schemas"]["Published"][];
            rows: number;
            rows_digest?: string;
            says: string;
            scale: number;
            side: string;
            sides: string;
            splits: components["schemas"]["Split"][];
            target: number | null;
            title: string;
            total?: number | null;
            unit: string;
            value: number | null;
        };
        FigureDefined: {
            figure: string;
            scale: number;
            show: string[];
            sides: string;
            split: string[];
            takes_period: boolean;
            target: number | null;
            title: string;
            unit: string;
        };
        FigureRow: {
            edition?: string;
            /** Format: date */
            from?: string;
            positions: number[];
            shown: Json;
            split?: Json;
            subject?: string;
            /** Format: date */
            to?: string;
            value?: Json;
            version?: number;
        };
        FigureTried: {
            /** Format: date */
            as_of: string;
            bound?: number | null;
            concerns?: string;
            contested?: components["schemas"]["Contested"];
            definition: string;
            editions?: components["schemas"]["ListInForce"][];
            error?: string;
            failed: number;
            figure: string;
            known_at: number;
            pack: string;
            printed: string;
            rows: number;
            says: string;
            scale: number;
            side: string;
            sides: string;
            splits: components["schemas"]["Split"][];
            target: number | null;
            title: string;
            unit: string;
            value: number | null;
        };
        Flow: {
            agreed: number;
            booked: number;
            bookings: components["schemas"]["FlowBooking"][];
            days?: number;
            kind: string;
            kind_title: string;
            order?: string;
            ordered: number;
            payee: string;
            payer: string;
            reference: string;
            said?: number;
            /** Format: date */
            sent_on?: string;
            transfers: components["schemas"]["FlowTransfer"][];
        };
        FlowBank: {
            amount: number;
            bank: string;
            counterparty: string;
            named: string[];
            /** Format: date */
            on: string;
        };
        FlowBooking: {
            amount: number;
            bank: string;
            /** Format: date */
            on: string;
        };
        FlowDue: {
            count: number;
            sum: number;
        };
        FlowLag: {
            count: number;
            days: number;
        };
        FlowOrder: {
            case: string;
            count: number;
            /** Format: date */
            paid_on?: string;
            /** Format: date */
            pay_on: string;
            signed: boolean;
            state: string;
            state_title: string;
            sum: number;
            unpaid?: string[];
        };
        FlowTotal: {
            booked: number;
            count: number;
            kind: string;
            kind_title: string;
            said: number;
        };
        FlowTransfer: {
            amount: number;
            case?: string;
            met_in?: string;
            months?: number;
            person?: string;
            /** Format: date */
            sent_on: string;
            state_title?: string;
        };
        FromPlace: {
            changed: components["schemas"]["PlaceChanged"][];
            origin: components["schemas"]["Place"];
            within: components["schemas"]["PlacesWithinBoth"][];
        };
        Gain: {
            alone: number;
            last: number;
            line: string;
            share: number;
            title: string;
        };
        Held: {
            body: Json;
            kind: string;
            pack: string;
            party: string;
            reason: string;
            seq: number;
            stream: string;
        };
        Hit: {
            case?: components["schemas"]["Case"];
            key?: string;
            register?: string;
            title?: string;
        };
        Journey: {
            arrives: string;
            changes: number;
            departs: string;
            fare: components["schemas"]["Fare"];
            from_station_min: number;
            legs: components["schemas"]["Leg"][];
            minutes: number;
            to_station_min: number;
        };
        JourneysOfDay: {
            best_min: number | null;
            journeys: components["schemas"]["Departure"][];
            median_min: number | null;
            quickest: components["schemas"]["Journey"][];
            worst_min: number | null;
        };
        Kept: {
            case?: string;
            pack: string;
            parties: string[];
            record?: string;
            service?: string;
            values: components["schemas"]["Standing"][];
        };
        Key: {
            alg: string;
            from: number;
            key: string;
            kid: string;
            name: string;
            party: string;
            revoked: number;
            role: string;
            to: number;
        };
        LeftParty: {
            cases: components["schemas"]["StandingCase"][];
            edition: number;
            expelled: boolean;
            held: number;
            open: number;
            packs: string[];
            party: string;
            reason: string;
            records: number;
            unanswered: number;
        };
        Leg: {
            arrives: string;
            departs: string;
            from: string;
            timed?: boolean;
            to: string;
            train?: string;
        };
        LineDifference: {
            first?: Json;
            first_accepts?: boolean;
            first_note?: string;
            kind: string;
            kind_title: string;
            line: string;
            second?: Json;
            second_accepts?: boolean;
            second_note?: string;
        };
        LineFare: {
            most_fen: number | null;
            party: string;
            tariff: string;
            version: number;
        };
        LineSaid: {
            line: string;
            records: components["schemas"]["RecordAt"][];
            since: string | null;
            status: string;
            status_they_say: string;
            they_say: string | null;
            title: string;
        };
        ListInForce: {
            digest: string;
            keeper: string;
            name: string;
            number: number;
            /** Format: date */
            on: string;
            register: string;
        };
        Message: {
            answered: number | null;
            direction: string;
            envelope?: string;
            kind: string;
            message_id?: string;
            outcome: string;
            party: string;
            position: number;
            reason: string;
            receipt?: string;
            seq: number;
        };
        MissedBus: {
            fare: components["schemas"]["LineFare"] | null;
            last: string;
            last_assumed: boolean;
            line: string;
            missed: components["schemas"]["MissedTrain"][];
            stop: string;
            title: string;
            towards: string;
            trains: number;
        };
        MissedTrain: {
            arrives: string;
            at: string;
            by_min: number;
            train: string;
        };
        Month: {
            closing: Json;
            in: Json;
            month: string;
            opening: Json;
            out: Json;
            postings: number;
        };
        Naming: {
            generation: number;
            ready: boolean;
        };
        NetworkChange: {
            line: string;
            months_later?: number;
            /** Format: date */
            opens?: string;
            without?: boolean;
        };
        NetworkLine: {
            closed: string | null;
            halves: Json;
            line: string;
            open: boolean;
            planned: string | null;
            records: components["schemas"]["RecordAt"][];
            since: string | null;
            status: string;
            title: string;
        };
        NetworkPlace: {
            best_min?: number | null;
            code: string;
            core?: boolean;
            median_min?: number | null;
            people: number;
            people_assumed: boolean;
            title: string;
            worst_min?: number | null;
        };
        NodeOfParty: {
            divisions: string[];
            of: string;
            site: string;
        };
        OnTheWay: {
            from_them: number;
            to_them: number;
        };
        Order: {
            answers?: components["schemas"]["OrderAnswer"][];
            asked?: number;
            by?: string;
            cases: string[];
            ended?: components["schemas"]["Ended"];
            from?: string;
            keys: number;
            kind: string;
            /** Format: date */
            on: string;
            order: number;
            reason: string;
            records: string[];
            second?: string;
            standing: string;
            subject: string;
            /** Format: date */
            until?: string;
        };
        OrderAnswer: {
            kept?: string[];
            late: boolean;
            /** Format: date */
            on?: string;
            party: string;
            reason?: string;
        };
        Outside: {
            cosigned: number;
            open_since_ms?: number;
            witnesses: components["schemas"]["OutsideWitness"][];
        };
        OutsideWitness: {
            cosigned: number;
            cosigned_ms: number;
            name: string;
            trouble: string;
            url: string;
        };
        OverviewSection: {
            rows: unknown[];
            section: string;
            title: string;
        };
        Pack: {
            adopted: {
                [key: string]: string;
            };
            books: string[];
            digest: string;
            feeds: string[];
            figures: string[];
            in_force: boolean;
            pack: string;
            registers: string[];
            services: string[];
            source?: Json;
            title: string;
            version: number;
        };
        PackFinding: {
            what: string;
            where: string;
        };
        PairBeyond: {
            a: components["schemas"]["Place"];
            b: components["schemas"]["Place"];
            minutes: number | null;
            people: number;
        };
        PairSaid: {
            a: components["schemas"]["Place"];
            b: components["schemas"]["Place"];
            minutes: number | null;
            people: number;
            they_say: number | null;
        };
        Party: {
            endpoint: string;
            member: boolean;
            node?: components["schemas"]["NodeOfParty"];
            origin: string;
            party: string;
            root: string;
            root_key: string;
            tls_ca: string[];
        };
        PartyTold: {
            nodes: string[];
            party: string;
            value: number | null;
        };
        PeerClock: {
            ahead_s: number;
            party: string;
        };
        PersonHit: {
            case: components["schemas"]["Case"];
        };
        PersonRead: {
            about: string;
            fields: string[];
            key: string;
            principal: string;
            purpose?: string;
            resource: string;
            time_ms: number;
        };
        Place: {
            code: string;
            title: string;
        };
        PlaceChanged: {
            after_min: number | null;
            before_min: number | null;
            code: string;
            people: number;
            title: string;
        };
        PlacesWithin: {
            limit_min: number;
            people: number;
            places: number;
        };
        PlacesWithinBoth: {
            limit_min: number;
            people_after: number;
            people_before: number;
            places_after: number;
            places_before: number;
        };
        Posting: {
            amount: Json;
            case: string;
            counter: Json;
            /** Format: date */
            on: string;
            position: number;
        };
        PriceChange: {
            from: string;
            group: string;
            instead?: number;
            next?: number;
            now?: number;
            to: string;
            up_to_m?: number;
        };
        Principal: {
            by: string;
            divisions: string[];
            ended?: components["schemas"]["Ended"];
            id: string;
            in_force: boolean;
            may: string[];
            name?: string;
            /** Format: date */
            on: string;
            password?: boolean;
            person?: string;
            principal: string;
            provider?: boolean;
            roles: {
                [key: string]: string[];
            };
            subjects: string[];
            /** Format: date */
            until?: string;
            version: number;
        };
        Problem: {
            code: string;
            detail?: string;
            errors?: {
                where: string;
                why: string;
            }[];
            number?: number;
            status: number;
            title: string;
            type: string;
        };
        Published: {
            /** Format: date */
            as_of?: string;
            note?: string;
            period?: string[];
            printed?: string;
            row: string;
            says?: string;
            split?: Json;
            title: string;
            value?: number;
        };
        Read: {
            fields: string[];
            key: string;
            mine: boolean;
            principal: string;
            purpose?: string;
            resource: string;
            time_ms: number;
        };
        Record: {
            case?: string;
            changed_at: number;
            claims?: components["schemas"]["Claim"][];
            contested?: string[];
            edition?: string;
            fields: Json;
            keeper: string;
            key?: string;
            number?: number;
            /** Format: date */
            on: string;
            signed?: components["schemas"]["ClaimSigned"][];
            time_ms?: number;
            titles?: Json;
            version: number;
        };
        RecordAt: {
            key: string;
            position: number;
            register: string;
        };
        Refusal: {
            code: string;
            errors?: components["schemas"]["Warning"][];
            line: number;
            node?: string;
            number: number;
            site?: string;
            title: string;
        };
        Region: {
            daily: number;
            gini_millionths: number;
            largest_beyond: components["schemas"]["PairBeyond"][];
            mean_min: number | null;
            pairs_beyond: number;
            potential: number;
        };
        Retained: {
            cases: string[];
            /** Format: date */
            due: string;
            keys: number;
            pack: string;
            reason: string;
            records: string[];
            service: string;
        };
        RideTicket: {
            fen: number | null;
            first_leg: number;
            last_leg: number;
            party?: string;
            tariff?: string;
            version?: number;
        };
        RuleChange: {
            next: string;
            now: string;
            where: string;
        };
        Scenario: {
            changes: components["schemas"]["NetworkChange"][];
            records: components["schemas"]["RecordAt"][];
            scenario: string;
            title: string;
        };
        Second: {
            alg: string;
            distid: string;
            lacking: string[];
            required: {
                [key: string]: number;
            };
        };
        Session: {
            acr?: string;
            csrf?: string;
            divisions: string[];
            ends_ms?: number;
            id: string;
            kind: string;
            may: string[];
            name: string;
            party: string;
            principal: string;
            roles: {
                [key: string]: string[];
            };
            stronger?: string[];
        };
        Side: {
            agree: Json;
            compared_at?: number;
            definition?: string;
            on_the_way?: components["schemas"]["OnTheWay"];
            ours?: number;
            party: string;
            position?: number;
            printed?: string;
            rows?: number;
            their_position?: number;
            told: boolean;
            /** Format: date */
            told_on?: string;
            value: number | null;
            why?: string;
        };
        SideOfNetwork: {
            changed: number;
            lines: components["schemas"]["LineSaid"][];
            pairs: components["schemas"]["PairSaid"][];
            party: string;
            timetable: components["schemas"]["TimetableSaid"] | null;
            trains: components["schemas"]["TrainSaid"][];
            trains_changed: number;
        };
        Signature: {
            by: string;
            content: string;
            note: string;
            officer?: string;
            position: number;
        };
        Split: {
            name: string;
            values: components["schemas"]["SplitValue"][];
        };
        SplitValue: {
            key: Json;
            value: number | null;
        };
        Standing: {
            key: string;
            /** Format: date */
            on?: string;
            order?: number;
            path: string;
            standing: string;
        };
        StandingCase: {
            case: string;
            pack: string;
            service: string;
            state: string;
        };
        Step: {
            branch: number;
            claims?: components["schemas"]["StepClaim"][];
            decided_by: string;
            digest: string;
            event: string;
            from: string;
            input: Json;
            notice?: string;
            officer?: string;
            /** Format: date */
            on: string;
            position: number;
            principal?: string;
            role: string;
            set: Json;
            time_ms?: number;
            title?: string;
            to?: string;
            to_title?: string;
            version: number;
        };
        StepClaim: {
            of?: string;
            text?: string;
            what: string;
        };
        Substitute: {
            by: string;
            /** Format: date */
            from: string;
            /** Format: date */
            on: string;
            person: string;
            substitute: string;
            /** Format: date */
            until: string;
        };
        TariffEdition: {
            agreed_by?: string;
            /** Format: date */
            agreed_on?: string;
            /** Format: date */
            from: string;
            proposed_by?: string;
            /** Format: date */
            proposed_on?: string;
            /** Format: date */
            to?: string;
            version: number;
        };
        TariffProposed: {
            by?: string;
            editions: components["schemas"]["EditionChange"][];
            /** Format: date */
            on?: string;
            refused?: string;
        };
        Task: {
            assigned?: components["schemas"]["Assigned"];
            case: string;
            detail?: string;
            kind: string;
            number: number;
            /** Format: date */
            on: string;
            position: number;
            roles: string[];
            title: string;
            titles?: components["schemas"]["TaskTitles"];
        };
        TaskTitles: {
            roles: {
                [key: string]: string;
            };
            service?: string;
            state?: string;
        };
        TimetableSaid: {
            record: components["schemas"]["RecordAt"];
            trains: number;
            /** Format: date */
            valid_from: string;
        };
        TrainSaid: {
            counts: components["schemas"]["CallSaid"][];
            they_say: components["schemas"]["CallSaid"][];
            train: string;
        };
        Under: {
            party: string;
            printed: string;
            value: number;
        };
        Upload: {
            media: string;
            name: string;
            offset: number;
            piece_max: number;
            piece_min: number;
            since_ms: number;
            size: number;
            until_ms: number;
            upload: string;
        };
        Visit: {
            /** Format: date */
            on: string;
            state: string;
        };
        Waiting: {
            case: components["schemas"]["Case"];
            /** Format: date */
            due?: string;
            /** Format: date */
            since: string;
            task?: number;
            title?: string;
        };
        Warning: {
            where: string;
            why: string;
        };
    };
    responses: {
        /** @description why it was not done, in Chinese or English by Accept-Language */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description the same key and request are done once */
        "Idempotency-Key": string;
        /** @description name of the file, percent-encoded UTF-8 */
        "X-Document-Name": string;
        /** @description `next` of the page before */
        after: string;
        /** @description there by this time; `departs` does not count then */
        arrives: string;
        /** @description the date the answer is about (default: today) */
        as_of: string;
        /** @description read as it was at this position */
        at: number;
        /** @description wait until the views have reached this position */
        at_least: number;
        /** @description sums by issuer, side, operator, class, day: side,class; of cosignatures: a party, or the key's name of a witness outside the circle */
        by: string;
        /** @description id of the case */
        case: string;
        /** @description changed by an entry after this position */
        changed_since: number;
        /** @description class of rider that tariffs name (default: none) */
        class: string;
        /** @description also closed ones */
        closed: "true" | "false";
        /** @description only records that two claim to keep */
        contested: "true" | "false";
        /** @description digest of a deny list handed in as a document; none: without any */
        denied: string;
        /** @description setting out at this time or later (default: 08:00) */
        departs: string;
        /** @description code of a place of the network */
        destination: string;
        /** @description with the digest of the rows that counted */
        digest: "true" | "false";
        /** @description decide and tell, change nothing */
        dry_run: "true" | "false";
        /** @description only what has to be done by then */
        due_until: string;
        /** @description position of the first entry or row */
        from: number;
        /** @description `pack/service` or `pack/register` */
        in: string;
        /** @description first day in force (default: today) */
        in_force_from: string;
        /** @description issuer of the medium that tariffs name (default: none) */
        issuer: string;
        /** @description exactly this key */
        key: string;
        /** @description task or case; of flows: met, no_money, no_sheet or amount */
        kind: string;
        /** @description a position, a date or a time: what was on record then */
        known_at: string;
        /** @description rows */
        limit: number;
        /** @description codes of lines and roads, with commas (default: all unfinished) */
        lines: string;
        /** @description medium that one rides by, as tariffs name it (default: none) */
        medium: string;
        /** @description only cases this principal began */
        mine: "true" | "false";
        /** @description 2026-03: only postings of that month */
        month: string;
        /** @description path of the page to come back to */
        next: string;
        /** @description bytes of the document that are here already */
        offset: number;
        /** @description the day of the payment */
        on: string;
        /** @description code of a place of the network */
        origin: string;
        /** @description name of the pack */
        pack: string;
        /** @description sub-cases of this case */
        parent: string;
        /** @description a party of the circle: that takes part, or whose value is asked for */
        party: string;
        /** @description 2026-01-01..2026-03-31 */
        period: string;
        /** @description the agreement id printed in the treaty */
        pinned: string;
        /** @description the party of the case that `party` plays */
        plays: string;
        /** @description keys that begin so */
        prefix: string;
        /** @description digest of a tariff handed in as a document, to be proposed */
        proposal: string;
        /** @description words, or parts of them; Chinese as it is written */
        q: string;
        /** @description what may come otherwise (default: as planned) */
        scenario: string;
        /** @description name of the service */
        service: string;
        /** @description name of the state */
        state: string;
        /** @description digest of a tariff handed in as a document */
        tariff: string;
        /** @description contained in the id or a readable text */
        text: string;
        /** @description the day to compare with (default: the same) */
        then: string;
        /** @description the first day that is left out */
        until: string;
        /** @description with their values, today */
        values: "true" | "false";
        /** @description a PDF is to be looked at, not saved */
        view: "true" | "false";
        /** @description with evidence, envelopes, receipts and proofs themselves */
        whole: "true" | "false";
        /** @description `mine`: what the asker works at; `nobody`: what nobody works at */
        whose: string;
        /** @description minutes (default: 60; of what is reached: all) */
        within: number;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_approvals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What waits for a second person (admin, audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approvals: components["schemas"]["Approval"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_number_sign: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign what another person asked for, and so do it (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_number_withdraw: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdraw what waits for a second person (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_calendars: {
        parameters: {
            query?: {
                /** @description a party of the circle: that takes part, or whose value is asked for */
                party?: components["parameters"]["party"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The working days of the parties */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        calendars: components["schemas"]["Calendar"][];
                        /** Format: date */
                        today: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_calendars: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    holidays?: string[];
                    party: string;
                    version?: number;
                    workdays?: string[];
                    years?: number[];
                };
            };
        };
        responses: {
            /** @description Set working days of a party, year by year (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        moves?: unknown[];
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        version?: number;
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases: {
        parameters: {
            query?: {
                /** @description name of the pack */
                pack?: components["parameters"]["pack"];
                /** @description name of the service */
                service?: components["parameters"]["service"];
                /** @description name of the state */
                state?: components["parameters"]["state"];
                /** @description a party of the circle: that takes part, or whose value is asked for */
                party?: components["parameters"]["party"];
                /** @description the party of the case that `party` plays */
                plays?: components["parameters"]["plays"];
                /** @description sub-cases of this case */
                parent?: components["parameters"]["parent"];
                /** @description contained in the id or a readable text */
                text?: components["parameters"]["text"];
                /** @description only cases this principal began */
                mine?: components["parameters"]["mine"];
                /** @description changed by an entry after this position */
                changed_since?: components["parameters"]["changed_since"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cases this key may see */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cases: components["schemas"]["Case"][];
                        next: string;
                        position: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_cases: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Start a case */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        state: string;
                        version: number;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_: {
        parameters: {
            query?: {
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A case, now or at a past position */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Case"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_access: {
        parameters: {
            query?: {
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who read personal values of a case at this node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        more: boolean;
                        position: number;
                        reads: components["schemas"]["Read"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_cases_id_assign: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
                    to: string | null;
                };
            };
        };
        responses: {
            /** @description Say who of the office works at a case; nobody: null */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_choices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the asker could do next */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        choices: components["schemas"]["Choice"][];
                        clocks: components["schemas"]["Clock"][];
                        state: string;
                        version: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_claims: {
        parameters: {
            query?: {
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Claims of a case that were asked for, what was shown and how it compares */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        claims: components["schemas"]["AskedClaim"][];
                        position: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_cases_id_claims: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    to?: string;
                    version: number;
                };
            };
        };
        responses: {
            /** @description Ask what a step of another party looked up, or show what one of ours did */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_cases_id_events_event_: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
                event: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Take a step of a case */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asked?: string;
                        case: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        state: string;
                        version: number;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_evidence: {
        parameters: {
            query?: {
                /** @description with evidence, envelopes, receipts and proofs themselves */
                whole?: components["parameters"]["whole"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries, messages and receipts of a case */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        entries: components["schemas"]["Entry"][];
                        messages: components["schemas"]["Message"][];
                        more_messages: boolean;
                        position: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_history: {
        parameters: {
            query?: {
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The steps of a case */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        position: number;
                        steps: components["schemas"]["Step"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_id_papers_file_: {
        parameters: {
            query?: {
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A paper of a case as PDF, by the name the pack gives it: `permission.pdf` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_cases_id_settle: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    content: string;
                    note: string;
                };
            };
        };
        responses: {
            /** @description Sign the end of a dispute */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_changes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The position of the journal as it grows, as events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Channels to and from the other parties */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        alarms?: components["schemas"]["Alarm"][];
                        channels: components["schemas"]["Channel"][];
                        outside?: components["schemas"]["Outside"];
                        pseudonyms?: components["schemas"]["Naming"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_channels_party_start: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                party: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description Start a channel that was stopped (two principals) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_circle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agreement, its parties and their keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agreement?: components["schemas"]["Agreement"];
                        formed: boolean;
                        keys?: components["schemas"]["Key"][];
                        name_here: string;
                        origin: string;
                        own: string;
                        parties?: components["schemas"]["Party"][];
                        second?: components["schemas"]["Second"];
                        /** Format: date */
                        today: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_circle_editions: {
        parameters: {
            query?: {
                /** @description the agreement id printed in the treaty */
                pinned?: components["parameters"]["pinned"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Adopt a circle file (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agreement?: string;
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        edition?: number;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_circle_left: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Parties that are of the circle no more, and what stands still with them (audit, admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        left: components["schemas"]["LeftParty"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing: {
        parameters: {
            query?: {
                /** @description id of the case */
                case?: components["parameters"]["case"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Books of clearing with their newest windows, or one with all, page by page (offices and auditors) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        all: boolean;
                        books: components["schemas"]["ClearingBook"][];
                        next: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_differences: {
        parameters: {
            query?: {
                /** @description position of the first entry or row */
                from?: components["parameters"]["from"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lines of a window on which the sides differ, with both sides' evidence */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        book: components["schemas"]["ClearingBook"];
                        count: number;
                        differences: components["schemas"]["LineDifference"][];
                        first: string;
                        from: number;
                        second: string;
                        window: Json;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_differences_csv: {
        parameters: {
            query?: {
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The same as a file for a spreadsheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_draft: {
        parameters: {
            query?: {
                /** @description the first day that is left out */
                until?: components["parameters"]["until"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What this side's next statement of a book would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        case: string;
                        exposed?: components["schemas"]["Exposed"];
                        from: string | null;
                        statement: Json;
                        /** Format: date */
                        until: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_flows: {
        parameters: {
            query?: {
                /** @description task or case; of flows: met, no_money, no_sheet or amount */
                kind?: components["parameters"]["kind"];
                /** @description position of the first entry or row */
                from?: components["parameters"]["from"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What sheets of transfers say and what was ordered and booked, side by side, with totals and payment orders */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        book: components["schemas"]["ClearingBook"];
                        count: number;
                        due: components["schemas"]["FlowDue"];
                        from: number;
                        lags: components["schemas"]["FlowLag"][];
                        orders: components["schemas"]["FlowOrder"][];
                        rows: components["schemas"]["Flow"][];
                        totals: components["schemas"]["FlowTotal"][];
                        unmatched: components["schemas"]["FlowBank"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_flows_csv: {
        parameters: {
            query?: {
                /** @description task or case; of flows: met, no_money, no_sheet or amount */
                kind?: components["parameters"]["kind"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The same as a file for a spreadsheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_order_xml: {
        parameters: {
            query?: {
                /** @description the day of the payment */
                on?: components["parameters"]["on"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment of a window, or a signed payment order, as a bank takes it (ISO 20022 pain.001) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/xml": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_split: {
        parameters: {
            query?: {
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What both agreed on in a window by who earned it, lines refused and lines taken back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_statement: {
        parameters: {
            query?: {
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What both sides agreed on in a window: the statement, the same bytes at both */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        before: string;
                        corrections: number;
                        end: number;
                        first: number;
                        /** Format: date */
                        from?: string;
                        late: number;
                        number: number;
                        root: string;
                        sides: string[];
                        sums: Json;
                        /** Format: date */
                        until: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_tariff: {
        parameters: {
            query?: {
                /** @description digest of a tariff handed in as a document, to be proposed */
                proposal?: components["parameters"]["proposal"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The editions of a book's tariff, who agreed to them, and what is proposed: what it changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        book: components["schemas"]["ClearingBook"];
                        editions: components["schemas"]["TariffEdition"][];
                        next?: components["schemas"]["TariffProposed"];
                        rules: number;
                        tariff: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_clearing_id_what_if: {
        parameters: {
            query?: {
                /** @description digest of a tariff handed in as a document */
                tariff?: components["parameters"]["tariff"];
                /** @description digest of a deny list handed in as a document; none: without any */
                denied?: components["parameters"]["denied"];
                /** @description sums by issuer, side, operator, class, day: side,class; of cosignatures: a party, or the key's name of a witness outside the circle */
                by?: components["parameters"]["by"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the taps of a book would come to under another tariff, with another deny list or both: documents handed in before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        all: boolean;
                        book: components["schemas"]["ClearingBook"];
                        by: string[];
                        denied_now: components["schemas"]["DenyList"];
                        denied_then: components["schemas"]["DenyList"];
                        now: components["schemas"]["FareSums"];
                        rows: components["schemas"]["FareTrial"][];
                        then: components["schemas"]["FareSums"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_clock: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date */
                    today: string;
                };
            };
        };
        responses: {
            /** @description Set the business day of a rehearsal (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_colleagues: {
        parameters: {
            query?: {
                /** @description id of the case */
                case?: components["parameters"]["case"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who works in the same office, or could work at a case */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        colleagues: components["schemas"]["Colleague"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_discrepancies: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures on which the parties differ, with the records that explain it (audit, admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        discrepancies: unknown[];
                        told?: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_documents: {
        parameters: {
            query?: never;
            header: {
                /** @description name of the file, percent-encoded UTF-8 */
                "X-Document-Name": components["parameters"]["X-Document-Name"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your documents that wait for a form */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        documents: components["schemas"]["Deposit"][];
                        most: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_documents: {
        parameters: {
            query?: never;
            header: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description name of the file, percent-encoded UTF-8 */
                "X-Document-Name": components["parameters"]["X-Document-Name"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": unknown;
            };
        };
        responses: {
            /** @description Deposit a document */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_documents_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Your documents that have not come whole yet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        most: number;
                        uploads: components["schemas"]["Upload"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_documents_uploads: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    media: string;
                    name: string;
                    size: number;
                };
            };
        };
        responses: {
            /** @description Begin a document that comes in pieces */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_documents_uploads_upload_: {
        parameters: {
            query?: {
                /** @description bytes of the document that are here already */
                offset?: components["parameters"]["offset"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description The next piece of a document, from the offset where it goes on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_documents_uploads_upload_: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Give up a document that has not come whole */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_documents_uploads_upload_finish: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                upload: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    sha256: string;
                };
            };
        };
        responses: {
            /** @description All of a document has come: deposit it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Document"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_documents_sha256_: {
        parameters: {
            query?: {
                /** @description id of the case */
                case?: components["parameters"]["case"];
                /** @description a PDF is to be looked at, not saved */
                view?: components["parameters"]["view"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes of a document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_documents_sha256_: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Take back a document that waits for a form */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_documents_sha256_digest: {
        parameters: {
            query?: {
                /** @description id of the case */
                case?: components["parameters"]["case"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The digest of a document's file, as sha256sum gives it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        file_sha256: string;
                        name: string;
                        sha256: string;
                        size: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_figures: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description with their values, today */
                values?: components["parameters"]["values"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description a party of the circle: that takes part, or whose value is asked for */
                party?: components["parameters"]["party"];
                /** @description 2026-01-01..2026-03-31 */
                period?: components["parameters"]["period"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All figures of the packs in force; with a date, their values */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of?: string;
                        figures: (components["schemas"]["FigureDefined"] | components["schemas"]["Figure"])[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_figures_publish: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tell the other parties what figures are here (audit, admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dry_run?: boolean;
                        items: number;
                        messages: number;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_figures_try: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date */
                    as_of?: string;
                    figure: string;
                    pack: string;
                };
            };
        };
        responses: {
            /** @description A figure that nobody has adopted, counted over the records (offices) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FigureTried"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_figures_pack_figure_: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description a party of the circle: that takes part, or whose value is asked for */
                party?: components["parameters"]["party"];
                /** @description 2026-01-01..2026-03-31 */
                period?: components["parameters"]["period"];
                /** @description with the digest of the rows that counted */
                digest?: components["parameters"]["digest"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                figure: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One figure on any date, by each party */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Figure"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_figures_pack_figure_records: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description 2026-01-01..2026-03-31 */
                period?: components["parameters"]["period"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                figure: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The records behind a figure */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        figure: string;
                        next: string;
                        records: components["schemas"]["FigureRow"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the node is ready, and how far it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        clocks?: components["schemas"]["PeerClock"][];
                        commit_waits_ms?: number;
                        /** Format: date */
                        day_not_begun?: string;
                        missing?: string[];
                        party: string;
                        position?: number;
                        ready: boolean;
                        state: string;
                        version: string;
                        views?: number;
                        why: string[];
                        writes: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_held: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages that could not be decided */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        held: components["schemas"]["Held"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_held_party_seq_: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                party: string;
                seq: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                    reject?: boolean;
                };
            };
        };
        responses: {
            /** @description Resolve a held message (admin, two people) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_inbox: {
        parameters: {
            query?: {
                /** @description task or case; of flows: met, no_money, no_sheet or amount */
                kind?: components["parameters"]["kind"];
                /** @description `mine`: what the asker works at; `nobody`: what nobody works at */
                whose?: components["parameters"]["whose"];
                /** @description only what has to be done by then */
                due_until?: components["parameters"]["due_until"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tasks and cases that wait for the roles of this key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cases: number;
                        items: components["schemas"]["Waiting"][];
                        mine: number;
                        next: string;
                        nobodys: number;
                        overdue: number;
                        tasks: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_journal_checkpoint: {
        parameters: {
            query?: {
                /** @description sums by issuer, side, operator, class, day: side,class; of cosignatures: a party, or the key's name of a witness outside the circle */
                by?: components["parameters"]["by"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest signed checkpoint, or the newest that somebody has cosigned */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_journal_entries: {
        parameters: {
            query?: {
                /** @description position of the first entry or row */
                from?: components["parameters"]["from"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries of the journal (audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        durable: number;
                        entries: components["schemas"]["Entry"][];
                        next?: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_journal_proof_position_: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                position: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof that an entry is in the log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/x.tlog.proof": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_journal_verification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the journal is verified, and what was found (audit, admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        commits?: number;
                        done: number;
                        ended_ms?: number;
                        entries?: number;
                        fault?: string;
                        of: number;
                        root?: string;
                        running: boolean;
                        snapshots?: number;
                        sound?: boolean;
                        unsound?: Json;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_journal_verification: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Verify the journal from its first entry (audit, admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        commits?: number;
                        done: number;
                        ended_ms?: number;
                        entries?: number;
                        fault?: string;
                        of: number;
                        root?: string;
                        running: boolean;
                        snapshots?: number;
                        sound?: boolean;
                        unsound?: Json;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Keys of programs, the ended ones too (admin, audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: components["schemas"]["Principal"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_keys: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    divisions?: string[];
                    id: string;
                    may?: string[];
                    name: string;
                    person?: string;
                    persons?: string[];
                    roles?: Record<string, never>;
                    subjects?: string[];
                    /** Format: date */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Add a key; its secret is told once (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_keys_id_: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    divisions?: string[];
                    may?: string[];
                    name?: string;
                    person?: string;
                    persons?: string[];
                    roles?: Record<string, never>;
                    subjects?: string[];
                    /** Format: date */
                    until?: string;
                    version?: number;
                };
            };
        };
        responses: {
            /** @description Say anew what a key may do (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_keys_id_end: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End a key at once, for good (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_keys_id_rotate: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Give a key a new secret (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_compare: {
        parameters: {
            query?: {
                /** @description code of a place of the network */
                origin?: components["parameters"]["origin"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description the day to compare with (default: the same) */
                then?: components["parameters"]["then"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description minutes (default: 60; of what is reached: all) */
                within?: components["parameters"]["within"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a later day or a scenario changes, by place and for the region */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        from: components["schemas"]["FromPlace"][];
                        position: number;
                        region_after: components["schemas"]["Region"];
                        region_before: components["schemas"]["Region"];
                        scenario?: string;
                        /** Format: date */
                        then: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_explain: {
        parameters: {
            query?: {
                /** @description code of a place of the network */
                origin?: components["parameters"]["origin"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description codes of lines and roads, with commas (default: all unfinished) */
                lines?: components["parameters"]["lines"];
                /** @description minutes (default: 60; of what is reached: all) */
                within?: components["parameters"]["within"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description People whom each unfinished line brings within the limit */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        lines: components["schemas"]["Gain"][];
                        position: number;
                        scenario?: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_journey: {
        parameters: {
            query?: {
                /** @description code of a place of the network */
                origin?: components["parameters"]["origin"];
                /** @description code of a place of the network */
                destination?: components["parameters"]["destination"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description setting out at this time or later (default: 08:00) */
                departs?: components["parameters"]["departs"];
                /** @description there by this time; `departs` does not count then */
                arrives?: components["parameters"]["arrives"];
                /** @description medium that one rides by, as tariffs name it (default: none) */
                medium?: components["parameters"]["medium"];
                /** @description issuer of the medium that tariffs name (default: none) */
                issuer?: components["parameters"]["issuer"];
                /** @description class of rider that tariffs name (default: none) */
                class?: components["parameters"]["class"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Journeys from one place to another at a time, and over the day */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        alternatives: components["schemas"]["Journey"][];
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        by_road: components["schemas"]["ByRoad"] | null;
                        cheapest: components["schemas"]["Journey"] | null;
                        day: components["schemas"]["JourneysOfDay"];
                        destination: components["schemas"]["Place"];
                        origin: components["schemas"]["Place"];
                        position: number;
                        scenario?: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_matrix: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Median minutes between all places */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        minutes: unknown[][];
                        places: string[];
                        position: number;
                        scenario?: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_missed: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Trains that arrive after the last bus across the border has left */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        buses: components["schemas"]["MissedBus"][];
                        position: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_reach: {
        parameters: {
            query?: {
                /** @description code of a place of the network */
                origin?: components["parameters"]["origin"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description minutes (default: 60; of what is reached: all) */
                within?: components["parameters"]["within"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Minutes from a place to all others */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        origin: components["schemas"]["Place"];
                        places: components["schemas"]["NetworkPlace"][];
                        position: number;
                        scenario?: string;
                        within: components["schemas"]["PlacesWithin"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_scenarios: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description what may come otherwise (default: as planned) */
                scenario?: components["parameters"]["scenario"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Places, lines and roads with their openings, scenarios */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        lines: components["schemas"]["NetworkLine"][];
                        places: components["schemas"]["NetworkPlace"][];
                        position: number;
                        scenario?: string;
                        scenarios: components["schemas"]["Scenario"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_network_sides: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines and trains on which one side's word differs, and the pairs it would change */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        assumed: string;
                        position: number;
                        sides: components["schemas"]["SideOfNetwork"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_notices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the asker is told by e-mail, and where */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        address?: string;
                        confirmed?: boolean;
                        language?: string;
                        sends: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_notices: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    address: string;
                    /** @enum {unknown} */
                    language?: "en" | "zh";
                };
            };
        };
        responses: {
            /** @description Give an address; a code is sent to it, and nothing else before it has come back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_notices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Be told no more; the address is forgotten */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_notices_confirm: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                };
            };
        };
        responses: {
            /** @description Give the code that was sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_overview: {
        parameters: {
            query?: {
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description a position, a date or a time: what was on record then */
                known_at?: components["parameters"]["known_at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The published overview, computed on any date */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date */
                        as_of: string;
                        as_published: number;
                        differing: number;
                        numbers: number;
                        position: number;
                        sections: components["schemas"]["OverviewSection"][];
                        side: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Packs held here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        packs: components["schemas"]["Pack"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_packs: {
        parameters: {
            query?: {
                /** @description first day in force (default: today) */
                in_force_from?: components["parameters"]["in_force_from"];
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
                "application/yaml": unknown;
            };
        };
        responses: {
            /** @description Adopt a pack (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A pack as it was adopted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pack"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_books_book_kind_: {
        parameters: {
            query?: {
                /** @description exactly this key */
                key?: components["parameters"]["key"];
                /** @description keys that begin so */
                prefix?: components["parameters"]["prefix"];
                /** @description 2026-03: only postings of that month */
                month?: components["parameters"]["month"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                book: string;
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Balances of one kind of account; with a key, its postings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        accounts?: components["schemas"]["Account"][];
                        book: string;
                        key?: string;
                        kind: string;
                        kind_title: string;
                        next: string;
                        position: number;
                        postings?: components["schemas"]["Posting"][];
                        scale: number;
                        title: string;
                        unit: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_books_book_kind_months: {
        parameters: {
            query?: {
                /** @description exactly this key */
                key?: components["parameters"]["key"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                book: string;
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An account month by month */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        book: string;
                        key: string;
                        kind: string;
                        kind_title: string;
                        months: components["schemas"]["Month"][];
                        position: number;
                        scale: number;
                        title: string;
                        unit: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_packs_pack_feeds_feed_: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                pack: string;
                feed: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Post a batch of lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dry_run?: boolean;
                        known: number;
                        otherwise?: number;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        refused: number;
                        taken: number;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_pages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A pack as pages show it, in one language */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        books: unknown[];
                        digest: string;
                        feeds: unknown[];
                        figures: unknown[];
                        pack: string;
                        registers: unknown[];
                        retention: string[];
                        services: unknown[];
                        title: string;
                        version: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_registers_register_: {
        parameters: {
            query?: {
                /** @description exactly this key */
                key?: components["parameters"]["key"];
                /** @description keys that begin so */
                prefix?: components["parameters"]["prefix"];
                /** @description only records that two claim to keep */
                contested?: components["parameters"]["contested"];
                /** @description the date the answer is about (default: today) */
                as_of?: components["parameters"]["as_of"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                register: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Records of a register */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        editions?: components["schemas"]["Edition"][];
                        hidden?: string[];
                        next: string;
                        position: number;
                        records: components["schemas"]["Record"][];
                        register: string;
                        title: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_registers_register_doubles: {
        parameters: {
            query?: {
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                register: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Records that are likely one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        doubles: components["schemas"]["Alike"][];
                        position: number;
                        records: number;
                        register: string;
                        whole: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_registers_register_history: {
        parameters: {
            query?: {
                /** @description exactly this key */
                key?: components["parameters"]["key"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
                register: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A record after each change, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: string;
                        more: boolean;
                        position: number;
                        register: string;
                        versions: components["schemas"]["Record"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_packs_pack_registers_register_records: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                pack: string;
                register: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Fill a register (registrar) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dry_run?: boolean;
                        known: number;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        refused: number;
                        taken: number;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_packs_pack_registers_register_settle: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                pack: string;
                register: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    content: string;
                    keeper: string;
                    key: string;
                    note: string;
                    yields?: string;
                };
            };
        };
        responses: {
            /** @description Sign which of two keepers of a record stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_report_pdf: {
        parameters: {
            query?: {
                /** @description 2026-01-01..2026-03-31 */
                period?: components["parameters"]["period"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures of a pack over a period, as PDF */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_packs_pack_report_xlsx: {
        parameters: {
            query?: {
                /** @description 2026-01-01..2026-03-31 */
                period?: components["parameters"]["period"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path: {
                pack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures of a pack over a period, as a spreadsheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": unknown;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_packs_pack_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                pack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Play the scenarios of a pack beside the node (admin, audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        digest: string;
                        findings: components["schemas"]["PackFinding"][];
                        pack: string;
                        scenarios: string[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_privacy_find: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    subject: string;
                };
            };
        };
        responses: {
            /** @description Where values of a subject stand: a person's number, a pseudonym or a case (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: number;
                        orders: components["schemas"]["Order"][];
                        places: components["schemas"]["Kept"][];
                        subject: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_privacy_orders: {
        parameters: {
            query?: {
                /** @description position of the first entry or row */
                from?: components["parameters"]["from"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Orders about personal values: erased, held, restricted, asked by peers (admin, audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup_ms?: number;
                        due?: components["schemas"]["Retained"][];
                        due_in_all?: number;
                        next?: number;
                        orders: components["schemas"]["Order"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_privacy_orders: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    asked?: number;
                    /** @enum {unknown} */
                    kind: "erase" | "hold" | "restrict";
                    reason: string;
                    subject?: string;
                    /** Format: date */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Erase, hold or restrict the values of a subject (admin, two people) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        keys?: number;
                        order?: number;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_privacy_orders_number_end: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Lift a hold or a restriction, or refuse what a peer asked (admin, two people) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approval?: number;
                        asked_by?: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_privacy_reads: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    person: string;
                };
            };
        };
        responses: {
            /** @description Who read what of a person at this node (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        more: boolean;
                        reads: components["schemas"]["PersonRead"][];
                        subject: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_privacy_report: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    subject: string;
                };
            };
        };
        responses: {
            /** @description What is kept of a subject, erased and restricted, and who read it (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: number;
                        /** Format: date */
                        on: string;
                        orders: components["schemas"]["Order"][];
                        party: string;
                        places: components["schemas"]["Kept"][];
                        reads: unknown[];
                        subject: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_promote: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Write the journal from now on, instead of the machine that does (of a node that stands by) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_restored_release: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description Take writes again after a restore that no peer could confirm (two principals) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asked_by?: string;
                        dry_run?: boolean;
                        position?: number;
                        refusals?: components["schemas"]["Refusal"][];
                        released_by?: string[];
                        waits_for?: string;
                        warnings?: components["schemas"]["Warning"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_search: {
        parameters: {
            query?: {
                /** @description words, or parts of them; Chinese as it is written */
                q?: components["parameters"]["q"];
                /** @description `pack/service` or `pack/register` */
                in?: components["parameters"]["in"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cases and records by their public texts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        all_counted?: boolean;
                        counts?: components["schemas"]["Count"][];
                        hits: components["schemas"]["Hit"][];
                        nearly: boolean;
                        next: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_search_persons: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    person: string;
                };
            };
        };
        responses: {
            /** @description Cases of a person by the whole number or name, where personal values may be seen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        all: boolean;
                        hits: components["schemas"]["PersonHit"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who asks, and what he may do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                    user: string;
                };
            };
        };
        responses: {
            /** @description Sign in with an account of this node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_session_openid: {
        parameters: {
            query?: {
                /** @description path of the page to come back to */
                next?: components["parameters"]["next"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign in through the provider */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_session_openid_back: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where the provider leads back to */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_session_password: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Choose a new password for one's own account; all its sessions end */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_session_ways: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How people sign in here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openid?: Json;
                        password: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_substitutes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who stands in for whom, now and later */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        substitutes: components["schemas"]["Substitute"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_substitutes: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date */
                    from?: string;
                    person?: string;
                    substitute: string | null;
                    /** Format: date */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Name who stands in for somebody who is away; nobody: null */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_tasks: {
        parameters: {
            query?: {
                /** @description id of the case */
                case?: components["parameters"]["case"];
                /** @description also closed ones */
                closed?: components["parameters"]["closed"];
                /** @description `mine`: what the asker works at; `nobody`: what nobody works at */
                whose?: components["parameters"]["whose"];
                /** @description `next` of the page before */
                after?: components["parameters"]["after"];
                /** @description rows */
                limit?: components["parameters"]["limit"];
                /** @description read as it was at this position */
                at?: components["parameters"]["at"];
                /** @description wait until the views have reached this position */
                at_least?: components["parameters"]["at_least"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Open tasks for the roles of this key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string;
                        position: number;
                        tasks: components["schemas"]["Task"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_tasks_number_close: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Mark a task done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accounts of people, the ended ones too (admin, audit) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        users: components["schemas"]["Principal"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_users: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    divisions?: string[];
                    id: string;
                    may?: string[];
                    name: string;
                    openid?: {
                        issuer: string;
                        subject: string;
                    };
                    password?: string;
                    person?: string;
                    persons?: string[];
                    roles?: Record<string, never>;
                    subjects?: string[];
                    /** Format: date */
                    until?: string;
                };
            };
        };
        responses: {
            /** @description Add an account (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_users_id_: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    divisions?: string[];
                    may?: string[];
                    name?: string;
                    person?: string;
                    persons?: string[];
                    roles?: Record<string, never>;
                    subjects?: string[];
                    /** Format: date */
                    until?: string;
                    version?: number;
                };
            };
        };
        responses: {
            /** @description Say anew what an account may do (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_users_id_end: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End an account and its sessions, for good (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_users_id_password: {
        parameters: {
            query?: {
                /** @description decide and tell, change nothing */
                dry_run?: components["parameters"]["dry_run"];
            };
            header?: {
                /** @description the same key and request are done once */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password?: string;
                };
            };
        };
        responses: {
            /** @description Give an account a new password; its sessions end (admin) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
