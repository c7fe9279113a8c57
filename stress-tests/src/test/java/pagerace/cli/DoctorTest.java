// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import pagerace.race.Catalogue;
import pagerace.stress.StressRun;
import pagerace.verdict.Host;

class DoctorTest {
    @Test
    void everyLineIsOkANoteOrAProblemAndTheCodeFollows() {
        Ran doctor = Ran.of("doctor");
        assertThat(doctor.out().lines())
                .allMatch(line -> line.matches("(ok|note|problem) .*| {24}.*|Stress can(not)? run here.*"));
        assertThat(doctor.code()).isEqualTo(doctor.out().contains("\nproblem ") ? 1 : 0);
        assertThat(doctor.err()).isEmpty();
    }

    @Test
    void itCountsWhatThreadsCanShowHere() {
        int planned = new Selection(Catalogue.RACES).select("").size();
        Host host = Host.current();
        String minimum =
                Budget.text(StressRun.minimum(new Selection(Catalogue.RACES).select(""), host.memoryModel(), 1));
        assertThat(Ran.of("doctor").out().replaceAll("\\s+", " "))
                .contains(" of " + planned + " planned points are broken and can be shown to be; ")
                .contains("a full plan takes " + minimum + " at least")
                .contains(host.arch() + " is " + host.memoryModel());
    }

    @Test
    void itSaysWhetherTheArchiveOfTheBuildIsUsed() {
        Path there = Path.of("pom.xml");
        Path missing = Path.of("no-such-file");
        assertThat(HostCheck.startUp(there, "mixed mode, sharing").level()).isEqualTo(HostCheck.Level.OK);
        assertThat(HostCheck.startUp(there, "mixed mode"))
                .extracting(HostCheck.Finding::level, HostCheck.Finding::said)
                .containsExactly(
                        HostCheck.Level.NOTE,
                        "this JDK cannot use the archive of loaded classes pom.xml: another JDK made it, or it was made of"
                                + " another jar; every command starts later than it could; mvn package with this JDK makes"
                                + " one");
        assertThat(HostCheck.startUp(missing, "mixed mode").said())
                .startsWith("there is no archive of loaded classes no-such-file; every command starts later");
    }

    @Test
    void itTakesNoArguments() {
        Ran.of("doctor", "--budget=1s")
                .isRefusedWith("pagerace doctor does not understand --budget=1s; the nearest is --help.");
    }
}
