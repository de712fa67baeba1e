package ebb.app.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `VirtualMachineSizeListResult`, under the name of today's versions and that of those before
/// 2021.
public record VmSizes(List<VmSize> value, List<VmSize> amlCompute) {
  /// `VirtualMachineSize`. A node has no disk of its own; azureml-core fails where
  /// `maxResourceVolumeMB` is absent.
  public record VmSize(
      String name,
      String family,
      int vCPUs,
      int gpus,
      double memoryGB,
      int maxResourceVolumeMB,
      boolean lowPriorityCapable,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Prices estimatedVMPrices,
      List<String> supportedComputeTypes) {}

  public record Prices(String billingCurrency, String unitOfMeasure, List<Price> values) {}

  public record Price(BigDecimal retailPrice, String osType, String vmTier) {}
}
