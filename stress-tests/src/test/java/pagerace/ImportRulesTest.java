// SPDX-License-Identifier: Apache-2.0
package pagerace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may import what in this module. */
@AnalyzeClasses(
        packages = {"pagerace.stress", "pagerace.verdict", "pagerace.terminal", "pagerace.report", "pagerace.cli"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ImportRulesTest {
    @ArchTest
    static final ArchRule onlyTheHarnessesAndTheirDriverKnowJcstress = noClasses()
            .that()
            .resideOutsideOfPackage("pagerace.stress")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.openjdk..");

    @ArchTest
    static final ArchRule onlyTheEngineAndItsSeatsKnowHowJcstressIsDriven = noClasses()
            .that()
            .doNotHaveSimpleName("JcstressEngine")
            .and()
            .doNotHaveSimpleName("SeatVms")
            .and()
            .haveNameNotMatching(".*_jcstress.*") // what JCStress generates from the harness
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.openjdk.jcstress", "org.openjdk.jcstress.os..", "org.openjdk.jcstress.vm..");

    @ArchTest
    static final ArchRule nobodyReachesIntoTheKernel =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("pagerace.mm..", "pagerace.bench..");

    @ArchTest
    static final ArchRule threadsKnowNothingOfExploring = noClasses()
            .that()
            .resideInAPackage("pagerace.stress")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("pagerace.explore");

    @ArchTest
    static final ArchRule verdictsDoNotDependOnHowTheyAreMeasuredOrShown = noClasses()
            .that()
            .resideInAPackage("pagerace.verdict")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("pagerace.stress", "pagerace.report", "pagerace.cli");

    @ArchTest
    static final ArchRule aTerminalShowsAnything = noClasses()
            .that()
            .resideInAPackage("pagerace.terminal")
            .should()
            .dependOnClassesThat(resideInAPackage("pagerace..").and(not(resideInAPackage("pagerace.terminal"))));

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("pagerace.(*)..").should().beFreeOfCycles();
}
