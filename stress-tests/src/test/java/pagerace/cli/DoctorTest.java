// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.race.Catalogue;
import pagerace.race.Point;
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
        Host host = Host.current();
        List<Point> points = new Selection(Catalogue.RACES)
                .select("").stream()
                        .filter(point -> ShardPlan.fits(point, host.cpus()))
                        .toList();
        int planned = points.size();
        String minimum = Budget.text(StressRun.minimum(points, host.memoryModel(), 1));
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
    void itSaysWhichEntryOfTheUsersClassPathHasNoFixes(@TempDir Path directory) throws IOException {
        Path folder = Files.createDirectories(directory.resolve("folder/META-INF/services"));
        Files.writeString(folder.resolve("pagerace.own.OwnFix"), "");
        Path jar = directory.resolve("fix.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry(UserClassPath.SERVICE));
        }
        Path other = Files.writeString(directory.resolve("no.jar"), "no jar");
        String good = directory.resolve("folder") + ":" + jar + ":" + directory + "/*";
        assertThat(HostCheck.fixes(new UserClassPath(good))).isEmpty();
        assertThat(HostCheck.fixes(new UserClassPath(good + ":" + directory + "::" + other)))
                .extracting(HostCheck.Finding::said)
                .containsExactly(
                        "PAGERACE_CLASSPATH names " + directory
                                + ", which holds no META-INF/services/pagerace.own.OwnFix;"
                                + " PageRace finds only the fixes that this file names",
                        "PAGERACE_CLASSPATH names " + other + ", which holds no META-INF/services/pagerace.own.OwnFix;"
                                + " PageRace finds only the fixes that this file names");
    }

    @Test
    void anEntryOfTheUsersClassPathThatDoesNotExistIsNotPassedOver(@TempDir Path directory) {
        assertThat(new UserClassPath(null).complaint()).isEmpty();
        assertThat(new UserClassPath("").complaint()).isEmpty();
        assertThat(new UserClassPath(directory + ":" + directory + "/*:*").complaint())
                .isEmpty();
        assertThat(new UserClassPath(directory + ":/none.jar").complaint())
                .contains("PAGERACE_CLASSPATH names /none.jar, which does not exist; build the fix first, or unset"
                        + " PAGERACE_CLASSPATH.");
        assertThat(new UserClassPath("/none/*").complaint()).isPresent();
    }

    @Test
    void itTakesNoArguments() {
        Ran.of("doctor", "--budget=1s")
                .isRefusedWith("pagerace doctor does not understand --budget=1s; see pagerace doctor --help.");
    }
}
