// SPDX-License-Identifier: Apache-2.0
package pagerace.harness;

import java.io.IOException;
import java.io.Writer;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import pagerace.race.Catalogue;

/** Writes the harnesses into the package marked with {@link EmitHarnesses}. */
@SupportedAnnotationTypes("pagerace.harness.EmitHarnesses")
public final class HarnessProcessor extends AbstractProcessor {
    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (Element marked : round.getElementsAnnotatedWith(EmitHarnesses.class)) {
            String packageName = ((PackageElement) marked).getQualifiedName().toString();
            Catalogue.points()
                    .filter(HarnessSource::isEmittedFor)
                    .forEach(point -> emit(
                            packageName, HarnessSource.className(point), HarnessSource.of(packageName, point), marked));
            Catalogue.BUILT_IN.forEach(race ->
                    emit(packageName, HarnessSource.className(race), HarnessSource.of(packageName, race), marked));
        }
        return false;
    }

    private void emit(String packageName, String className, String source, Element origin) {
        String name = packageName + "." + className;
        try (Writer writer =
                processingEnv.getFiler().createSourceFile(name, origin).openWriter()) {
            writer.write(source);
        } catch (IOException e) {
            processingEnv
                    .getMessager()
                    .printMessage(Diagnostic.Kind.ERROR, "cannot write the harness " + className + ": " + e, origin);
        }
    }
}
