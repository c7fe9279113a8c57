// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import pagerace.cli.HostCheck.Finding;
import pagerace.terminal.Terminal;
import picocli.CommandLine.Command;

/** Says what this host can and cannot show. */
@Command(
        name = "doctor",
        description = "Check this host: CPUs, JDK, compilers, affinity, memory, load; and say what"
                + " threads can and cannot show here. Each line is ok, a note, or a problem, with what to do about it.",
        exitCodeList = {
            "0:stress can run here",
            "1:it cannot: there is a problem",
            ExitCode.MEANS_BAD_INPUT,
            ExitCode.MEANS_CRASHED
        })
final class DoctorCommand implements Callable<Integer> {
    private final Console out;

    DoctorCommand(Console out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        Terminal terminal = out.terminal();
        List<Finding> findings = new HostCheck().findings();
        for (Finding finding : findings) {
            String level = finding.level().name().toLowerCase(Locale.ROOT);
            String begin = String.format(Locale.ROOT, "%-7s  %-13s  ", level, finding.topic());
            String lines = terminal.paragraph(begin, finding.said());
            out.print(terminal.paint(colour(finding.level()), level) + lines.substring(level.length()));
        }
        boolean works = findings.stream().noneMatch(finding -> finding.level() == HostCheck.Level.PROBLEM);
        out.println(works ? "Stress can run here." : "Stress cannot run here, or would say nothing: see the problems.");
        return works ? ExitCode.PASSED : ExitCode.FAILED;
    }

    private static Terminal.Colour colour(HostCheck.Level level) {
        return switch (level) {
            case OK -> Terminal.Colour.GOOD;
            case NOTE -> Terminal.Colour.OPEN;
            case PROBLEM -> Terminal.Colour.BAD;
        };
    }
}
