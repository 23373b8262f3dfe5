import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.VeraPDFFoundry;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Checks PDF files against standards with veraPDF's engine.
 *
 * <p>Arguments: the standards ("2a,ua1"), then the files. One line per file and standard, then one
 * per broken rule. Exit status 0 when every file follows every standard, 1 otherwise.
 */
public final class VeraCheck {
  private VeraCheck() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: VeraCheck STANDARDS FILE...");
      System.exit(2);
    }
    VeraGreenfieldFoundryProvider.initialise();
    boolean allFollow = true;
    for (String file : Arrays.copyOfRange(arguments, 1, arguments.length)) {
      for (String standard : arguments[0].split(",")) {
        allFollow &= follows(Path.of(file), standard);
      }
    }
    System.exit(allFollow ? 0 : 1);
  }

  private static boolean follows(Path file, String standard) throws Exception {
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(standard);
    if (flavour == PDFAFlavour.NO_FLAVOUR) {
      throw new IllegalArgumentException("no such standard: " + standard);
    }
    ValidationResult result = validated(file, flavour);
    System.out.printf(
        "%s %s %s (%d checks)%n",
        file, standard, result.isCompliant() ? "ok" : "FAILED", result.getTotalAssertions());
    brokenRules(result).forEach((rule, times) -> System.out.printf("  %dx %s%n", times, rule));
    return result.isCompliant() && result.getTotalAssertions() > 0;
  }

  private static ValidationResult validated(Path file, PDFAFlavour flavour) throws Exception {
    VeraPDFFoundry foundry = Foundries.defaultInstance();
    try (InputStream bytes = Files.newInputStream(file);
        PDFAParser parser = foundry.createParser(bytes, flavour);
        PDFAValidator validator = foundry.createValidator(flavour, false)) {
      return validator.validate(parser);
    } catch (IOException failure) {
      throw new IOException("could not check " + file, failure);
    }
  }

  private static SortedMap<String, Integer> brokenRules(ValidationResult result) {
    SortedMap<String, Integer> broken = new TreeMap<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      if (assertion.getStatus() == TestAssertion.Status.FAILED) {
        String rule =
            assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
        broken.merge(rule + " " + assertion.getMessage(), 1, Integer::sum);
      }
    }
    return broken;
  }
}
