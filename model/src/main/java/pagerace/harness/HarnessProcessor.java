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
import pagerace.race.Point;

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
                    .filter(point -> point.stress() == Point.Stress.PLANNED)
                    .forEach(point -> emit(packageName, point, marked));
        }
        return false;
    }

    private void emit(String packageName, Point point, Element origin) {
        String name = packageName + "." + HarnessSource.className(point);
        try (Writer writer =
                processingEnv.getFiler().createSourceFile(name, origin).openWriter()) {
            writer.write(HarnessSource.of(packageName, point));
        } catch (IOException e) {
            processingEnv
                    .getMessager()
                    .printMessage(
                            Diagnostic.Kind.ERROR, "cannot write the harness of " + point.key() + ": " + e, origin);
        }
    }
}
