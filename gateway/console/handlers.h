/* Every handler of the API, by the file it stands in; the table that reaches them is in policy.c. */
#ifndef GATEWAY_CONSOLE_HANDLERS_H
#define GATEWAY_CONSOLE_HANDLERS_H

#include "gateway/console/call.h"

/* api_session.c, api_enrol.c */
handler_fn api_session, api_sign_in, api_sign_out, api_preferences, api_extend, api_openapi;
handler_fn api_demo, api_enrol_look, api_enrol;
/* api_account.c */
handler_fn api_confirm, api_password, api_totp_begin, api_totp_end, api_recovery;
/* sse.c */
handler_fn api_events, api_presence;
/* api_lists.c */
handler_fn api_lists;
/* api_queue.c */
handler_fn api_queue, api_counts, api_matching;
/* api_bulk.c */
handler_fn api_bulk;
/* api_case.c, api_case_change.c */
handler_fn api_case, api_timeline, api_phone, api_checkin;
handler_fn api_case_set, api_assign, api_colleagues, api_read, api_draft, api_draft_put;
/* api_glass.c */
handler_fn api_glass, api_glass_list, api_glass_review;
/* api_message.c, api_measure.c */
handler_fn api_send, api_undo, api_retry, api_measure;
/* api_work.c */
handler_fn api_alerts, api_tasks, api_approvals, api_decide, api_act, api_call, api_merge;
/* api_search.c */
handler_fn api_search;
/* api_admin.c, api_users.c, api_canned.c */
handler_fn api_settings, api_settings_change, api_holidays, api_channels;
handler_fn api_users, api_user_add, api_user_change, api_user_reset, api_user_sessions_end;
handler_fn api_canned, api_canned_add, api_canned_change, api_canned_delete;
/* api_flows.c, api_dashboard.c */
handler_fn api_flows, api_flow, api_dashboard;
/* api_audit.c */
handler_fn api_audit, api_audit_verify;
/* api_jobs.c */
handler_fn api_report, api_reports, api_export, api_exports, api_jobs, api_job, api_job_result;
handler_fn api_packages, api_package, api_responses;
bool package_token(struct call *call); /* `Authorization: Token` of a package: lets in as who asked for it */

#endif
