// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

/** The exit codes of {@code pagerace}, and what the help says of them. */
final class ExitCode {
    /** Everything was decided and nothing fails, or what is undecided is accepted. */
    static final int PASSED = 0;

    /** What was asked about does not hold: a verdict fails, or what a command looks for in its place. */
    static final int FAILED = 1;

    /** The command line, a file or an own fix was refused. */
    static final int BAD_INPUT = 2;

    /** The suite itself failed, or its files could not be written. */
    static final int CRASHED = 3;

    /** Nothing fails, but not everything could be decided. */
    static final int UNDECIDED = 4;

    /** {@link #PASSED} where verdicts decide. */
    static final String MEANS_PASSED =
            "0:everything was decided and nothing fails, or --undecided warn accepts what is undecided";

    private static final String MEANS_VERDICT_FAILS =
            "1:a verdict fails (BROKEN, UNPREDICTED, or INCONCLUSIVE because of the instrument),";

    private static final String CANARY_WAS_SILENT = " a canary was silent on a good host";

    /** {@link #FAILED} where verdicts decide. */
    static final String MEANS_FAILED = MEANS_VERDICT_FAILS + " or" + CANARY_WAS_SILENT;

    /** {@link #FAILED} of all commands together. */
    static final String MEANS_FAILED_ANYWHERE = MEANS_VERDICT_FAILS + CANARY_WAS_SILENT
            + ", the explorer disagrees with the catalogue, verdicts changed in a comparison, doctor found a problem, or a"
            + " soak found a violation, missed an operation or an invariant, did not catch a mutant or was interrupted";

    /** {@link #FAILED} of those that compare the explorer's answers with the catalogue's. */
    static final String MEANS_CATALOGUE_IS_WRONG = "1:the explorer disagrees with the catalogue";

    /** {@link #BAD_INPUT} of almost every command. */
    static final String MEANS_BAD_INPUT =
            "2:the command line, a file or a fix of yours was refused; one sentence says why, and what would be accepted";

    /** {@link #CRASHED} of every command. */
    static final String MEANS_CRASHED = "3:the suite itself failed, or its files could not be written";

    /** {@link #UNDECIDED} where verdicts decide. */
    static final String MEANS_UNDECIDED =
            "4:nothing fails, but points are undecided because the host was bad or time ran out, or the run that is reported was"
                    + " interrupted";

    private ExitCode() {}

    /** Whether a command may exit with {@code code}. */
    static boolean isOne(int code) {
        return code >= PASSED && code <= UNDECIDED;
    }
}
